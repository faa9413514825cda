#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vision {

/// One row of the picture that is `factorX` × `factorY` times smaller: each pixel is the mean of its box.
///
/// `sums` holds at least `outputWidth * factorX` sums.
void boxScaleRow(
    const uint8_t *firstSourceRow, ptrdiff_t stride, int factorX, int factorY, uint8_t *output, int outputWidth,
    uint16_t *sums);

}  // namespace vision
