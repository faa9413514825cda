#pragma once

#include <cstddef>
#include <cstdio>
#include <exception>
#include <new>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "include/cvision.h"

namespace vision {

constexpr int32_t longestSide = 32768;

inline int fail(int code, char *message, size_t capacity, const char *text) {
    if (message != nullptr && capacity > 0) std::snprintf(message, capacity, "%s", text);
    return code;
}

/// Runs the body of a function of the door; no exception leaves it.
template <typename Body>
int guarded(char *message, size_t capacity, Body body) noexcept {
    try {
        body();
        return OCV_OK;
    } catch (const std::invalid_argument &error) {
        return fail(OCV_BAD_ARGUMENT, message, capacity, error.what());
    } catch (const std::bad_alloc &) {
        return fail(OCV_OUT_OF_MEMORY, message, capacity, "out of memory");
    } catch (const cv::Exception &error) {
        return fail(error.code == cv::Error::StsNoMem ? OCV_OUT_OF_MEMORY : OCV_INTERNAL, message, capacity, error.what());
    } catch (const std::exception &error) {
        return fail(OCV_INTERNAL, message, capacity, error.what());
    } catch (...) {
        return fail(OCV_INTERNAL, message, capacity, "unknown C++ exception");
    }
}

inline void require(bool condition, const char *text) {
    if (!condition) throw std::invalid_argument(text);
}

}  // namespace vision
