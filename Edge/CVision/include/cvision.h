// The door to our C++ vision code and to OpenCV: plain C, so that no C++ exception meets Swift.
//
// Every function that can fail returns 0 or one of the negative codes below and writes a sentence into `message`
// (always terminated; may be NULL when `message_capacity` is 0). A handle has one owner, who destroys it once; a
// handle is used by one thread at a time. Pictures are 8-bit luma planes, rows `stride` bytes apart, y down.
#ifndef NGATU_CVISION_H
#define NGATU_CVISION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    OCV_OK = 0,
    OCV_BAD_ARGUMENT = -1,
    OCV_OUT_OF_MEMORY = -2,
    OCV_INTERNAL = -3,
};

/// Background subtraction over one stream. Opaque; one owner.
typedef struct ocv_motion ocv_motion;

/// How ocv_motion judges pixels. Times are seconds of the stream, levels are grey levels 0…255.
typedef struct ocv_motion_settings {
    /// About how many pixels the working picture has; a bigger frame is scaled down by a whole factor.
    int32_t working_pixels;
    /// The least difference from the background that is foreground, in levels.
    int32_t minimum_contrast;
    /// The most that noise and flicker may raise that difference to, in levels.
    int32_t maximum_contrast;
    /// How fast the background follows a picture that drifts, levels a second.
    double follow_levels_per_second;
    /// How long a foreground pixel keeps one value before it becomes background.
    double absorb_seconds;
    /// The same while the model is young.
    double warm_up_absorb_seconds;
    /// How long the model is young.
    double warm_up_seconds;
    /// A region is at rest when most of its pixels have kept their value for this long.
    double rest_seconds;
    /// A region smaller than this share of the picture is left out.
    double minimum_area_share;
    /// When more than this share of the picture differs at once, the light has changed.
    double lighting_share;
    /// How long after a change of light the background is learned anew.
    double lighting_seconds;
} ocv_motion_settings;

/// One region of foreground, in working pixels.
typedef struct ocv_motion_region {
    int32_t x, y, width, height;
    /// Foreground pixels in it.
    int32_t area;
    /// How many of them have kept their value for rest_seconds.
    int32_t resting_area;
    /// Mean difference from the background in levels.
    float contrast;
} ocv_motion_region;

/// What one update found.
typedef struct ocv_motion_result {
    /// Size of the working picture, and frame pixels to one working pixel.
    int32_t working_width, working_height, factor_x, factor_y;
    /// Regions written, biggest first, and regions left out for want of room.
    int32_t region_count, dropped_region_count;
    /// Share of the unmasked picture that is foreground, 0…1, before cleaning.
    double foreground_share;
    /// 1 while the light has just changed and the background is learned anew.
    int32_t lighting_changed;
    /// 1 when the model was made anew for this frame (first frame or another size).
    int32_t restarted;
    /// 1 when a sparse look was enough: nothing moves.
    int32_t skipped;
} ocv_motion_result;

/// Makes a detector. `*handle` is NULL unless 0 is returned.
int ocv_motion_create(
    const ocv_motion_settings *settings, ocv_motion **handle, char *message, size_t message_capacity);

/// Frees a detector; NULL is allowed.
void ocv_motion_destroy(ocv_motion *handle);

/// Sets the masked polygons: nothing is reported inside them.
///
/// `points` holds x, y pairs as shares of the picture (0…1); `counts` the number of points of each polygon.
int ocv_motion_mask_set(
    ocv_motion *handle, const double *points, const int32_t *counts, int32_t polygon_count, char *message,
    size_t message_capacity);

/// Judges the next picture, `elapsed_seconds` of stream time after the one before (less than 0 or more than a second
/// is taken as a jump: the background is kept).
///
/// Allocates only for the first picture and when the size changes.
int ocv_motion_update(
    ocv_motion *handle, const uint8_t *luma, ptrdiff_t stride, int32_t width, int32_t height, double elapsed_seconds,
    ocv_motion_region *regions, int32_t region_capacity, ocv_motion_result *result, char *message,
    size_t message_capacity);

/// Copies a plane of working pixels for inspection (rows `working_width` apart): 0 the working picture, 1 the
/// background, 2 the contrast threshold, 3 the cleaned foreground (0 or 255).
int ocv_motion_plane_copy(
    const ocv_motion *handle, int32_t plane, uint8_t *pixels, size_t capacity, char *message, size_t message_capacity);

#ifdef __cplusplus
}
#endif
#endif
