// The half of the door that is about the condition of a camera's picture.
#include <algorithm>
#include <cmath>

#include "Guard.hpp"
#include "PictureMeter.hpp"
#include "View.hpp"

using vision::guarded;
using vision::longestSide;
using vision::require;

struct ocv_picture {
    vision::PictureMeter meter;
};

struct ocv_view {
    vision::View view;
};

int ocv_picture_create(ocv_picture **handle, char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        *handle = nullptr;
        cv::setNumThreads(1);
        *handle = new ocv_picture();
    });
}

void ocv_picture_destroy(ocv_picture *handle) { delete handle; }

int ocv_picture_mask_set(
    ocv_picture *handle, const double *points, const int32_t *counts, int32_t polygon_count, char *message,
    size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        handle->meter.setMask(vision::readPolygons(points, counts, polygon_count));
    });
}

int ocv_picture_look(
    ocv_picture *handle, const uint8_t *luma, ptrdiff_t stride, int32_t width, int32_t height, int32_t is_full_range,
    ocv_picture_reading *reading, char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        require(luma != nullptr && reading != nullptr, "luma or reading is NULL");
        require(width >= 1 && height >= 1 && width <= longestSide && height <= longestSide,
                "width and height lie in 1...32768");
        require(stride >= width, "stride is less than width");
        *reading = handle->meter.look(luma, stride, width, height, is_full_range != 0);
    });
}

int ocv_picture_learn(ocv_picture *handle, char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        handle->meter.learn();
    });
}

int ocv_picture_gather(ocv_picture *handle, int32_t is_first, char *message, size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        handle->meter.gather(is_first != 0);
    });
}

int ocv_picture_gathered_copy(
    const ocv_picture *handle, uint8_t *pixels, size_t capacity, float *sharpness, char *message,
    size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr && pixels != nullptr && sharpness != nullptr, "handle, pixels or sharpness is NULL");
        handle->meter.copyGathered(pixels, capacity, sharpness);
    });
}

int ocv_view_create(
    const uint8_t *pixels, int32_t width, int32_t height, const float *sharpness, ocv_view **handle, char *message,
    size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr, "handle is NULL");
        *handle = nullptr;
        require(pixels != nullptr && sharpness != nullptr, "pixels or sharpness is NULL");
        require(width >= 1 && height >= 1 && width <= longestSide && height <= longestSide,
                "width and height lie in 1...32768");
        *handle = new ocv_view{vision::View(pixels, width, height, sharpness)};
    });
}

void ocv_view_destroy(ocv_view *handle) { delete handle; }

int ocv_view_match_picture(
    const ocv_view *handle, const ocv_picture *picture, int32_t is_wide, ocv_view_match *match, char *message,
    size_t message_capacity) {
    return guarded(message, message_capacity, [&] {
        require(handle != nullptr && picture != nullptr && match != nullptr, "handle, picture or match is NULL");
        *match = handle->view.match(picture->meter, is_wide != 0);
    });
}
