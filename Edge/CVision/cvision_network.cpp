// The half of the door that runs trained networks.
#include "include/cvision_network.h"

#include <algorithm>
#include <string>
#include <vector>

#include "Guard.hpp"
#include "Network.hpp"

using vision::guarded;
using vision::longestSide;
using vision::require;

struct ocv_network {
    vision::Network network;
};

namespace {

constexpr int32_t longestInput = 4096;
constexpr int32_t mostOutputs = 16;

void check(const ocv_network_settings &settings) {
    const int32_t shorter = std::min(settings.width, settings.height);
    const int32_t longer = std::max(settings.width, settings.height);
    require(shorter >= 8 && longer <= longestInput, "width and height of a network's input lie in 8...4096");
}

std::vector<std::string> namesOf(const char *const *outputs, int32_t count) {
    require(count >= 0 && count <= mostOutputs, "a network has at most 16 outputs");
    require(count == 0 || outputs != nullptr, "outputs is NULL");
    return std::vector<std::string>(outputs, outputs + count);
}

void check(const uint8_t *plane, ptrdiff_t stride, int32_t width, int32_t height) {
    require(plane != nullptr, "a plane is NULL");
    require(width >= 1 && height >= 1 && width <= longestSide && height <= longestSide,
            "width and height lie in 1...32768");
    require(stride >= width, "stride is less than width");
}

void check(const ocv_planes &picture) {
    check(picture.luma, picture.luma_stride, picture.width, picture.height);
    require((picture.blue == nullptr) == (picture.red == nullptr), "one of the chroma planes is NULL");
    if (picture.blue == nullptr) return;
    check(picture.blue, picture.blue_stride, picture.chroma_width, picture.chroma_height);
    check(picture.red, picture.red_stride, picture.chroma_width, picture.chroma_height);
    require(picture.chroma_width <= picture.width && picture.chroma_height <= picture.height,
            "the chroma planes are larger than luma");
}

/// The part inside the picture, beginning at even pixels.
cv::Rect partOf(const ocv_planes &picture, int32_t x, int32_t y, int32_t width, int32_t height) {
    const cv::Rect part = cv::Rect(x, y, width, height) & cv::Rect(0, 0, picture.width, picture.height);
    require(part.width >= 1 && part.height >= 1, "the part lies outside the picture");
    return {part.x & ~1, part.y & ~1, part.width + (part.x & 1), part.height + (part.y & 1)};
}

}  // namespace

int ocv_network_create(
    const uint8_t *model, size_t byte_count, const ocv_network_settings *settings, const char *const *outputs,
    int32_t output_count, ocv_network **handle, char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        *handle = nullptr;
        require(model != nullptr && settings != nullptr, "model or settings is NULL");
        require(byte_count > 0, "the ONNX file is empty");
        check(*settings);
        cv::setNumThreads(1);
        *handle = new ocv_network{vision::Network(model, byte_count, *settings, namesOf(outputs, output_count))};
    });
}

void ocv_network_destroy(ocv_network *handle) { delete handle; }

int ocv_network_run(
    ocv_network *handle, const ocv_planes *picture, int32_t x, int32_t y, int32_t width, int32_t height, ocv_fit *fit,
    char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr && picture != nullptr && fit != nullptr, "handle, picture or fit is NULL");
        check(*picture);
        *fit = handle->network.run(*picture, partOf(*picture, x, y, width, height));
    });
}

int32_t ocv_network_output_count(const ocv_network *handle) {
    return handle == nullptr ? 0 : static_cast<int32_t>(handle->network.outputs().size());
}

int ocv_network_output(
    const ocv_network *handle, int32_t index, const float **samples, int32_t shape[4], int32_t *dimensions,
    char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr && samples != nullptr && shape != nullptr && dimensions != nullptr,
                "handle, samples, shape or dimensions is NULL");
        require(index >= 0 && index < ocv_network_output_count(handle), "there is no such output");
        const cv::Mat &output = handle->network.outputs()[static_cast<size_t>(index)];
        *samples = output.ptr<float>();
        *dimensions = output.dims;
        std::copy_n(output.size.p, output.dims, shape);
    });
}

int ocv_network_input_copy(
    const ocv_network *handle, float *samples, size_t capacity, char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr && samples != nullptr, "handle or samples is NULL");
        const cv::Mat &input = handle->network.input();
        require(capacity >= input.total(), "the copy does not fit");
        std::copy_n(input.ptr<float>(), input.total(), samples);
    });
}
