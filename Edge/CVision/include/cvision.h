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

/// Looks at the condition of one camera's picture: light, detail, sharpness, change. Opaque; one owner.
typedef struct ocv_picture ocv_picture;

/// A picture that a camera showed while all was well, to compare others with. Opaque; one owner; never changes.
typedef struct ocv_view ocv_view;

enum {
    /// The picture is divided into so many cells across and down.
    OCV_PICTURE_COLUMNS = 16,
    OCV_PICTURE_ROWS = 12,
    OCV_PICTURE_CELLS = OCV_PICTURE_COLUMNS * OCV_PICTURE_ROWS,
};

/// What one look at a picture showed. Shares lie in 0…1; levels too: 0 black, 1 white.
typedef struct ocv_picture_reading {
    /// Size of the working picture.
    int32_t width, height;
    /// The mean level, and the levels below which 5 % and 95 % of the pixels lie.
    float mean_level, low_level, high_level;
    /// Share of pixels near black, and near white.
    float dark_share, bright_share;
    /// Share of the unmasked cells that show detail.
    float detail_share;
    /// Of the cells that showed detail of late: the share that has lost it. -1 where too few did.
    float lost_share;
    /// How far light and shade are laid out as of late, -1…1. 1 where nothing is known.
    float layout_match;
    /// Share of the unmasked cells of which a pixel differs from the look before, or from one of the last three
    /// different ones: an encoder makes several pictures of a still one. -1 at the first look.
    float changed_share;
} ocv_picture_reading;

/// How a picture fits a view.
typedef struct ocv_view_match {
    /// Blocks of the view that were looked for. With less than 8 the rest says nothing.
    int32_t block_count;
    /// Share of the blocks that are where they were, and that were found elsewhere.
    float stays_share, moved_share;
    /// By how much the blocks that were found elsewhere moved (median), in working pixels.
    float shift_x, shift_y;
    /// By how much the blocks that are where they were moved within their tolerance (median); wide matches only.
    float drift_x, drift_y;
    /// Of the view's cells with detail: the share that is about as sharp. -1 where too few have any.
    float sharp_share;
} ocv_view_match;

/// Makes a meter. `*handle` is NULL unless 0 is returned.
int ocv_picture_create(ocv_picture **handle, char *message, size_t message_capacity);

/// Frees a meter; NULL is allowed.
void ocv_picture_destroy(ocv_picture *handle);

/// Sets the masked polygons, as ocv_motion_mask_set does: cells whose middle lies in one are left out.
int ocv_picture_mask_set(
    ocv_picture *handle, const double *points, const int32_t *counts, int32_t polygon_count, char *message,
    size_t message_capacity);

/// Looks at the next picture. `is_full_range`: 0 for luma of 16…235. Allocates only when the size changes.
int ocv_picture_look(
    ocv_picture *handle, const uint8_t *luma, ptrdiff_t stride, int32_t width, int32_t height, int32_t is_full_range,
    ocv_picture_reading *reading, char *message, size_t message_capacity);

/// Takes the newest picture for a good one: what follows is compared with a running mean of those.
int ocv_picture_learn(ocv_picture *handle, char *message, size_t message_capacity);

/// Adds the newest picture to a sum of pictures; `is_first` begins a new sum. At most 250 pictures.
int ocv_picture_gather(ocv_picture *handle, int32_t is_first, char *message, size_t message_capacity);

/// Copies the mean of the gathered pictures (`capacity` bytes of working pixels, rows `width` apart) and, of each cell,
/// the sharpness (OCV_PICTURE_CELLS numbers).
int ocv_picture_gathered_copy(
    const ocv_picture *handle, uint8_t *pixels, size_t capacity, float *sharpness, char *message,
    size_t message_capacity);

/// Makes a view of working pixels. `*handle` is NULL unless 0 is returned.
int ocv_view_create(
    const uint8_t *pixels, int32_t width, int32_t height, const float *sharpness, ocv_view **handle, char *message,
    size_t message_capacity);

/// Frees a view; NULL is allowed.
void ocv_view_destroy(ocv_view *handle);

/// Compares the newest picture of a meter, of the same working size, with a view.
///
/// `is_wide`: looks for blocks that are not in their place, however far away (some milliseconds, allocates).
int ocv_view_match_picture(
    const ocv_view *handle, const ocv_picture *picture, int32_t is_wide, ocv_view_match *match, char *message,
    size_t message_capacity);

#ifdef __cplusplus
}
#endif
#include "cvision_network.h"

#endif
