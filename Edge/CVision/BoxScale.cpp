#include "BoxScale.hpp"

#include <cstring>

#include "Kernel.hpp"

namespace vision {
namespace {

KERNEL void sumRows(const uint8_t *source, ptrdiff_t stride, int rows, uint16_t *sums, int count) {
    for (int x = 0; x < count; x++) sums[x] = source[x];
    for (int row = 1; row < rows; row++) {
        const uint8_t *line = source + row * stride;
        for (int x = 0; x < count; x++) sums[x] = static_cast<uint16_t>(sums[x] + line[x]);
    }
}

KERNEL void scale2(const uint8_t *source, ptrdiff_t stride, uint8_t *output, int width) {
    const uint8_t *below = source + stride;
    for (int x = 0; x < width; x++) {
        const unsigned sum = source[2 * x] + source[2 * x + 1] + below[2 * x] + below[2 * x + 1];
        output[x] = static_cast<uint8_t>((sum + 2) >> 2);
    }
}

// 7282 / 65536 = 1/9 to within the rounding of a byte: nine samples sum to at most 2295.
KERNEL void scale3(const uint8_t *source, ptrdiff_t stride, uint8_t *output, int width, uint16_t *sums) {
    const uint8_t *second = source + stride;
    const uint8_t *third = second + stride;
    for (int x = 0; x < 3 * width; x++) sums[x] = static_cast<uint16_t>(source[x] + second[x] + third[x]);
    for (int x = 0; x < width; x++) {
        const uint16_t sum = static_cast<uint16_t>(sums[3 * x] + sums[3 * x + 1] + sums[3 * x + 2] + 4);
        output[x] = static_cast<uint8_t>((static_cast<uint32_t>(sum) * 7282u) >> 16);
    }
}

KERNEL void averageGroups(const uint16_t *sums, int factorX, int factorY, uint8_t *output, int width) {
    const uint32_t samples = static_cast<uint32_t>(factorX * factorY);
    const uint32_t reciprocal = (1u << 20) / samples;
    const bool small = samples <= 16;
    for (int x = 0; x < width; x++) {
        uint32_t sum = samples / 2;
        for (int i = 0; i < factorX; i++) sum += sums[x * factorX + i];
        output[x] = static_cast<uint8_t>(small ? (sum * reciprocal) >> 20 : sum / samples);
    }
}

}  // namespace

void boxScaleRow(
    const uint8_t *firstSourceRow, ptrdiff_t stride, int factorX, int factorY, uint8_t *output, int outputWidth,
    uint16_t *sums) {
    if (factorX == 1 && factorY == 1) {
        std::memcpy(output, firstSourceRow, static_cast<size_t>(outputWidth));
    } else if (factorX == 2 && factorY == 2) {
        scale2(firstSourceRow, stride, output, outputWidth);
    } else if (factorX == 3 && factorY == 3) {
        scale3(firstSourceRow, stride, output, outputWidth, sums);
    } else {
        sumRows(firstSourceRow, stride, factorY, sums, outputWidth * factorX);
        averageGroups(sums, factorX, factorY, output, outputWidth);
    }
}

}  // namespace vision
