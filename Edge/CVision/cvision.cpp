#include "include/cvision.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "Guard.hpp"
#include "Motion.hpp"

using vision::guarded;
using vision::longestSide;
using vision::require;

struct ocv_motion {
    explicit ocv_motion(const ocv_motion_settings &settings) : motion(settings) {}
    vision::Motion motion;
};

namespace {

bool isShare(double value) { return value >= 0 && value <= 1; }

bool isPositive(double value) { return value > 0 && std::isfinite(value); }

void check(const ocv_motion_settings &settings) {
    require(settings.working_pixels >= 64, "working_pixels is at least 64");
    require(settings.minimum_contrast >= 1 && settings.minimum_contrast <= settings.maximum_contrast &&
                settings.maximum_contrast <= 250,
            "1 <= minimum_contrast <= maximum_contrast <= 250");
    require(isPositive(settings.follow_levels_per_second), "follow_levels_per_second is positive");
    require(isPositive(settings.absorb_seconds) && isPositive(settings.warm_up_absorb_seconds),
            "absorb_seconds and warm_up_absorb_seconds are positive");
    require(settings.warm_up_seconds >= 0 && settings.rest_seconds >= 0 && settings.lighting_seconds >= 0,
            "times are not negative");
    require(isShare(settings.minimum_area_share) && isShare(settings.lighting_share), "shares lie in 0...1");
}

}  // namespace

int ocv_motion_create(
    const ocv_motion_settings *settings, ocv_motion **handle, char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        *handle = nullptr;
        require(settings != nullptr, "settings is NULL");
        check(*settings);
        cv::setNumThreads(1);
        *handle = new ocv_motion(*settings);
    });
}

void ocv_motion_destroy(ocv_motion *handle) { delete handle; }

int ocv_motion_mask_set(
    ocv_motion *handle, const double *points, const int32_t *counts, int32_t polygon_count, char *message,
    size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        handle->motion.setMask(vision::readPolygons(points, counts, polygon_count));
    });
}

int ocv_motion_update(
    ocv_motion *handle, const uint8_t *luma, ptrdiff_t stride, int32_t width, int32_t height, double elapsed_seconds,
    ocv_motion_region *regions, int32_t region_capacity, ocv_motion_result *result, char *message,
    size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        require(luma != nullptr && result != nullptr, "luma or result is NULL");
        require(region_capacity >= 0 && (region_capacity == 0 || regions != nullptr), "regions is NULL");
        require(width >= 1 && height >= 1 && width <= longestSide && height <= longestSide,
                "width and height lie in 1...32768");
        require(stride >= width, "stride is less than width");
        require(std::isfinite(elapsed_seconds), "elapsed_seconds is not finite");
        handle->motion.update(luma, stride, width, height, elapsed_seconds, regions, region_capacity, *result);
    });
}

int ocv_motion_plane_copy(
    const ocv_motion *handle, int32_t plane, uint8_t *pixels, size_t capacity, char *message,
    size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr && pixels != nullptr, "handle or pixels is NULL");
        require(plane >= 0 && plane <= 3, "plane is 0, 1, 2 or 3");
        const std::vector<uint8_t> copy = handle->motion.plane(plane);
        require(copy.size() <= capacity, "capacity is too small");
        std::copy(copy.begin(), copy.end(), pixels);
    });
}
