#include "PictureMeter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "BoxScale.hpp"
#include "Kernel.hpp"

namespace vision {
namespace {

constexpr int workingPixels = 320 * 180;
// The running mean of good pictures forgets in about so many looks.
constexpr float memoryInLooks = 30;
// Rows of the frame that are looked at in each cell.
constexpr int rowsInCell = 6;

KERNEL void deriveRow(const uint8_t *above, const uint8_t *here, const uint8_t *below, uint8_t *out, int width) {
    for (int x = 1; x < width - 1; x++) {
        const int across = std::abs(here[x + 1] - here[x - 1]), down = std::abs(below[x] - above[x]);
        out[x] = static_cast<uint8_t>(std::min(across + down, 255));
    }
}

KERNEL uint32_t sumOf(const uint8_t *bytes, int count) {
    uint32_t sum = 0;
    for (int i = 0; i < count; i++) sum += bytes[i];
    return sum;
}

KERNEL uint32_t squaredGradients(const uint8_t *row, int count) {
    uint32_t sum = 0;
    for (int i = 0; i + 2 < count; i++) {
        const int difference = row[i + 2] - row[i];
        sum += static_cast<uint32_t>(difference * difference);
    }
    return sum;
}

// Tells pictures apart, never more: 8 bytes at a time, multiply and mix.
uint64_t addToPrint(uint64_t print, const uint8_t *bytes, int count) {
    constexpr uint64_t factor = 0x9E3779B97F4A7C15;
    int i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t word;
        std::memcpy(&word, bytes + i, 8);
        print = (print ^ word) * factor;
        print ^= print >> 29;
    }
    for (; i < count; i++) print = (print ^ bytes[i]) * factor;
    return print;
}

bool isInside(const std::vector<double> &polygon, double x, double y) {
    bool inside = false;
    const size_t count = polygon.size() / 2;
    for (size_t i = 0, j = count - 1; i < count; j = i++) {
        const double xi = polygon[2 * i], yi = polygon[2 * i + 1], xj = polygon[2 * j], yj = polygon[2 * j + 1];
        if ((yi > y) != (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
}

float correlation(const std::array<float, Cells::count> &a, const std::array<float, Cells::count> &b,
                  const std::array<bool, Cells::count> &isAllowed) {
    double n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (size_t i = 0; i < a.size(); i++) {
        if (!isAllowed[i]) continue;
        n++, sa += a[i], sb += b[i], saa += a[i] * a[i], sbb += b[i] * b[i], sab += a[i] * b[i];
    }
    const double spread = (saa - sa * sa / n) * (sbb - sb * sb / n);
    return spread > 0 ? static_cast<float>((sab - sa * sb / n) / std::sqrt(spread)) : 0;
}

}  // namespace

GreyPicture::GreyPicture(int width, int height) : width(width), height(height) {
    pixels.assign(static_cast<size_t>(width) * static_cast<size_t>(height), 0);
    gradient.assign(pixels.size(), 0);
}

void GreyPicture::derive() {
    for (int y = 1; y + 1 < height; y++) {
        const uint8_t *row = pixels.data() + static_cast<ptrdiff_t>(y) * width;
        deriveRow(row - width, row, row + width, gradient.data() + static_cast<ptrdiff_t>(y) * width, width);
    }
}

float GreyPicture::detail(int column, int row) const {
    const int across = width / Cells::columns, down = height / Cells::rows;
    uint32_t sum = 0;
    for (int y = 0; y < down; y++) sum += sumOf(gradientAt(column * across, row * down + y), across);
    return static_cast<float>(sum) / static_cast<float>(across * down);
}

void PictureMeter::setMask(Polygons polygons) {
    polygons_ = std::move(polygons);
    drawMask();
}

void PictureMeter::drawMask() {
    for (int i = 0; i < Cells::count; i++) {
        const double x = (i % Cells::columns + 0.5) / Cells::columns, y = (i / Cells::columns + 0.5) / Cells::rows;
        isAllowed_[static_cast<size_t>(i)] = std::none_of(
            polygons_.begin(), polygons_.end(), [&](const auto &polygon) { return isInside(polygon, x, y); });
    }
}

void PictureMeter::restart(int width, int height) {
    frameWidth_ = 0;  // stays so when an allocation below fails
    const double factor = std::round(std::sqrt(static_cast<double>(width) * height / workingPixels));
    factorX_ = std::clamp(static_cast<int>(factor), 1, width);
    factorY_ = std::clamp(static_cast<int>(factor), 1, height);
    picture_ = GreyPicture(width / factorX_, height / factorY_);
    sums_.assign(static_cast<size_t>(picture_.width) * static_cast<size_t>(factorX_), 0);
    thirds_.assign(static_cast<size_t>(picture_.width) * static_cast<size_t>(factorX_ * factorY_), 0);
    gathered_.assign(picture_.pixels.size(), 0);
    looks_ = learned_ = gatheredCount_ = 0;
    now_ = lately_ = Cells();
    drawMask();
    frameWidth_ = width;
    frameHeight_ = height;
}

// By threes first where that is possible (1080p: 3 × 2): small factors have ways of their own, three times as fast.
void PictureMeter::scale(const uint8_t *luma, ptrdiff_t stride) {
    const bool byThrees = factorX_ > 3 && factorX_ % 3 == 0 && factorX_ == factorY_;
    const int rest = byThrees ? factorX_ / 3 : factorX_, between = picture_.width * rest;
    for (int y = 0; y < picture_.height; y++) {
        uint8_t *row = picture_.pixels.data() + static_cast<ptrdiff_t>(y) * picture_.width;
        const uint8_t *source = luma + static_cast<ptrdiff_t>(y) * factorY_ * stride;
        for (int i = 0; byThrees && i < rest; i++)
            boxScaleRow(source + 3 * i * stride, stride, 3, 3, 1, thirds_.data() + i * between, between, sums_.data());
        if (byThrees) boxScaleRow(thirds_.data(), between, rest, rest, 1, row, picture_.width, sums_.data());
        else boxScaleRow(source, stride, factorX_, factorY_, 1, row, picture_.width, sums_.data());
    }
}

void PictureMeter::measureLight(ocv_picture_reading &reading, bool isFullRange) const {
    std::array<int, 256> histogram{};
    int total = 0;
    for (int y = 0; y < picture_.height; y += 4, total += picture_.width) {
        const uint8_t *row = picture_.pixels.data() + static_cast<ptrdiff_t>(y) * picture_.width;
        for (int x = 0; x < picture_.width; x++) histogram[row[x]]++;
    }
    const int black = isFullRange ? 0 : 16, white = isFullRange ? 255 : 235;
    const auto levelOf = [&](int value) {
        return std::clamp(static_cast<float>(value - black) / static_cast<float>(white - black), 0.0f, 1.0f);
    };
    int below = 0;
    double sum = 0;
    reading.low_level = reading.high_level = -1;
    for (int value = 0; value < 256; value++) {
        const int count = histogram[static_cast<size_t>(value)];
        below += count;
        sum += count * levelOf(value);
        if (levelOf(value) <= 0.06f) reading.dark_share += static_cast<float>(count) / static_cast<float>(total);
        if (levelOf(value) >= 0.95f) reading.bright_share += static_cast<float>(count) / static_cast<float>(total);
        if (reading.low_level < 0 && below >= 0.05 * total) reading.low_level = levelOf(value);
        if (reading.high_level < 0 && below >= 0.95 * total) reading.high_level = levelOf(value);
    }
    reading.mean_level = static_cast<float>(sum / total);
}

void PictureMeter::measureFrame(const uint8_t *luma, ptrdiff_t stride, int column, int row, size_t cell) {
    const int across = picture_.width / Cells::columns * factorX_, down = picture_.height / Cells::rows * factorY_;
    const int step = std::max(1, down / rowsInCell);
    uint64_t print = 1, sum = 0;
    int rows = 0;
    for (int y = step / 2; y < down; y += step, rows++) {
        const uint8_t *bytes = luma + static_cast<ptrdiff_t>(row * down + y) * stride + column * across;
        sum += squaredGradients(bytes, across);
        print = addToPrint(print, bytes, across);
    }
    now_.sharpness[cell] = static_cast<float>(sum) / static_cast<float>(std::max(1, rows * (across - 2)));
    prints_[cell] = print;
}

void PictureMeter::measureCells(const uint8_t *luma, ptrdiff_t stride) {
    const int across = picture_.width / Cells::columns, down = picture_.height / Cells::rows;
    for (int row = 0; row < Cells::rows; row++) {
        for (int column = 0; column < Cells::columns; column++) {
            const auto cell = static_cast<size_t>(row * Cells::columns + column);
            uint32_t sum = 0;
            for (int y = 0; y < down; y++) {
                const ptrdiff_t from = static_cast<ptrdiff_t>(row * down + y) * picture_.width + column * across;
                sum += sumOf(picture_.pixels.data() + from, across);
            }
            now_.mean[cell] = static_cast<float>(sum) / static_cast<float>(across * down);
            now_.detail[cell] = picture_.detail(column, row);
            measureFrame(luma, stride, column, row, cell);
        }
    }
}

// The least that differs from one of the last different pictures; keeps those, this one first.
float PictureMeter::compareWithBefore(int allowed) {
    // So few cells are the camera's own clock: the picture is the same.
    constexpr int clockCells = 2;
    int least = allowed;
    auto place = before_.begin() + std::min<ptrdiff_t>(looks_, static_cast<ptrdiff_t>(before_.size()) - 1);
    for (auto known = before_.begin(); known != before_.begin() + looks_; known++) {
        int changed = 0;
        for (size_t i = 0; i < prints_.size(); i++) changed += isAllowed_[i] && prints_[i] != (*known)[i];
        if (changed < least) least = changed;
        if (changed <= clockCells) {
            place = known;
            break;
        }
    }
    std::rotate(before_.begin(), place, place + 1);
    before_.front() = prints_;
    return looks_ == 0 ? -1 : static_cast<float>(least) / static_cast<float>(allowed);
}

void PictureMeter::compareWithLately(ocv_picture_reading &reading) const {
    int known = 0, lost = 0;
    for (size_t i = 0; i < isAllowed_.size(); i++) {
        if (!isAllowed_[i] || lately_.detail[i] < leastDetail) continue;
        known++;
        lost += now_.detail[i] < lostBelow * lately_.detail[i];
    }
    if (learned_ == 0 || known < fewestCells) return;
    reading.lost_share = static_cast<float>(lost) / static_cast<float>(known);
    reading.layout_match = correlation(now_.mean, lately_.mean, isAllowed_);
}

ocv_picture_reading PictureMeter::look(
    const uint8_t *luma, ptrdiff_t stride, int width, int height, bool isFullRange) {
    if (width != frameWidth_ || height != frameHeight_) restart(width, height);
    ocv_picture_reading reading{};
    reading.width = picture_.width;
    reading.height = picture_.height;
    reading.lost_share = reading.changed_share = -1;
    reading.layout_match = 1;
    scale(luma, stride);
    measureLight(reading, isFullRange);
    if (!picture_.hasCells()) return reading;
    picture_.derive();
    measureCells(luma, stride);
    int allowed = 0, detailed = 0;
    for (size_t i = 0; i < isAllowed_.size(); i++) {
        if (!isAllowed_[i]) continue;
        allowed++;
        detailed += now_.detail[i] >= leastDetail;
    }
    reading.detail_share = static_cast<float>(detailed) / static_cast<float>(std::max(allowed, 1));
    if (allowed > 0) reading.changed_share = compareWithBefore(allowed);
    compareWithLately(reading);
    looks_ = std::min(looks_ + 1, static_cast<int>(before_.size()));
    return reading;
}

void PictureMeter::learn() {
    if (looks_ == 0) return;
    learned_ = std::min(learned_ + 1, static_cast<int>(memoryInLooks));
    const float weight = 1 / static_cast<float>(learned_);
    for (size_t i = 0; i < lately_.mean.size(); i++) {
        lately_.mean[i] += weight * (now_.mean[i] - lately_.mean[i]);
        lately_.detail[i] += weight * (now_.detail[i] - lately_.detail[i]);
    }
}

void PictureMeter::gather(bool isFirst) {
    if (isFirst || gatheredCount_ == 0) {
        std::fill(gathered_.begin(), gathered_.end(), 0);
        gatheredSharpness_ = {};
        gatheredCount_ = 0;
    }
    if (gatheredCount_ >= 250) throw std::invalid_argument("at most 250 pictures are gathered");
    for (size_t i = 0; i < gathered_.size(); i++)
        gathered_[i] = static_cast<uint16_t>(gathered_[i] + picture_.pixels[i]);
    for (size_t i = 0; i < gatheredSharpness_.size(); i++) gatheredSharpness_[i] += now_.sharpness[i];
    gatheredCount_++;
}

void PictureMeter::copyGathered(uint8_t *pixels, size_t capacity, float *sharpness) const {
    if (gatheredCount_ == 0 || capacity != gathered_.size())
        throw std::invalid_argument("nothing is gathered, or capacity is not that of the working picture");
    for (size_t i = 0; i < gathered_.size(); i++)
        pixels[i] = static_cast<uint8_t>((gathered_[i] + gatheredCount_ / 2) / gatheredCount_);
    for (size_t i = 0; i < gatheredSharpness_.size(); i++)
        sharpness[i] = gatheredSharpness_[i] / static_cast<float>(gatheredCount_);
}

}  // namespace vision
