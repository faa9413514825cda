// The half of the door that runs trained networks (ONNX, through OpenCV's dnn). The rules of cvision.h hold here too.
#ifndef NGATU_CVISION_NETWORK_H
#define NGATU_CVISION_NETWORK_H

#include "cvision.h"  // codes and rules

#ifdef __cplusplus
extern "C" {
#endif

/// A network with one size of input. Opaque; one owner, one thread at a time.
typedef struct ocv_network ocv_network;

/// The planes of a decoded picture: 8 bits a sample. `blue` and `red` (Cb, Cr) are NULL for a grey picture.
typedef struct ocv_planes {
    const uint8_t *luma, *blue, *red;
    ptrdiff_t luma_stride, blue_stride, red_stride;
    int32_t width, height, chroma_width, chroma_height;
    /// 0 for luma of 16…235. Then a picture of more than 576 rows is BT.709, any other BT.601.
    int32_t is_full_range;
} ocv_planes;

/// What a network wants to see: 1 × 3 × height × width floats, (level − mean) · scale, levels 0…255.
typedef struct ocv_network_settings {
    int32_t width, height;
    /// Channels in the order red, green, blue instead of blue, green, red.
    int32_t is_rgb;
    /// The level of the bars beside a picture of other proportions.
    float bars;
    /// In the order of the channels.
    float mean[3];
    float scale;
} ocv_network_settings;

/// How a part of the picture lies in the input: input = (picture − (x, y)) · scale + (left, top).
typedef struct ocv_fit {
    double x, y, scale, left, top;
} ocv_fit;

/// Reads a network and runs it once on a grey input, so that what cannot run is refused here.
///
/// `model`: an ONNX file in memory with its weights inline. The caller has checked that it is the file he means:
/// OpenCV 4.6 can be killed by a file that is made to. `outputs`: their names; with a count of 0 all there are.
int ocv_network_create(
    const uint8_t *model, size_t byte_count, const ocv_network_settings *settings, const char *const *outputs,
    int32_t output_count, ocv_network **handle, char *message, size_t message_capacity);

/// Frees a network; NULL is allowed.
void ocv_network_destroy(ocv_network *handle);

/// Scales a part of the picture into the input (averaged where it gets smaller) and runs the network.
///
/// The part is cut at the picture's edges, and begins at even pixels.
int ocv_network_run(
    ocv_network *handle, const ocv_planes *picture, int32_t x, int32_t y, int32_t width, int32_t height, ocv_fit *fit,
    char *message, size_t message_capacity);

/// How many outputs there are.
int32_t ocv_network_output_count(const ocv_network *handle);

/// An output of the last run, row-major floats; `shape` receives up to 4 lengths, `dimensions` how many there are.
/// The samples stay until the next run.
int ocv_network_output(
    const ocv_network *handle, int32_t index, const float **samples, int32_t shape[4], int32_t *dimensions,
    char *message, size_t message_capacity);

/// Copies the input of the last run, 3 × height × width floats. For tests.
int ocv_network_input_copy(
    const ocv_network *handle, float *samples, size_t capacity, char *message, size_t message_capacity);

#ifdef __cplusplus
}
#endif

#endif
