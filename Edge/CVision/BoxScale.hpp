#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vision {

/// One row of the picture that is `factorX` × `factorY` times smaller: each pixel is the mean of its box.
///
/// `gain` (0.25…4) brightens the result. `sums` holds at least `outputWidth * factorX` sums.
void boxScaleRow(
    const uint8_t *firstSourceRow, ptrdiff_t stride, int factorX, int factorY, double gain, uint8_t *output,
    int outputWidth, uint16_t *sums);

}  // namespace vision
