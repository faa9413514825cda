#include "Letterbox.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "Kernel.hpp"

namespace vision {

namespace {

/// From luma and colour differences to levels: ITU-R BT.601-7 and BT.709-6; the full range is that of JFIF.
struct Matrix {
    float black, luma, chroma, redFromRed, greenFromRed, greenFromBlue, blueFromBlue;
};

Matrix matrixFor(const ocv_planes &picture) {
    if (picture.is_full_range) return {0, 1, 1, 1.402f, -0.714136f, -0.344136f, 1.772f};
    const float luma = 255.f / 219, chroma = 255.f / 224;
    if (picture.height > 576) return {16, luma, chroma, 1.5748f, -0.468124f, -0.187324f, 1.8556f};
    return {16, luma, chroma, 1.402f, -0.714136f, -0.344136f, 1.772f};
}

inline float level(float value) { return std::min(std::max(value, 0.f), 255.f); }

/// One row of three planes to one row of three channels.
KERNEL void convertRow(
    const uint8_t *luma, const uint8_t *blue, const uint8_t *red, int count, Matrix matrix, float scale,
    const float *offset, float *toBlue, float *toGreen, float *toRed) {
    const float offsetBlue = offset[0], offsetGreen = offset[1], offsetRed = offset[2];
    for (int i = 0; i < count; ++i) {
        const float y = (luma[i] - matrix.black) * matrix.luma;
        const float u = (blue[i] - 128.f) * matrix.chroma, v = (red[i] - 128.f) * matrix.chroma;
        toBlue[i] = level(y + matrix.blueFromBlue * u) * scale - offsetBlue;
        toGreen[i] = level(y + matrix.greenFromBlue * u + matrix.greenFromRed * v) * scale - offsetGreen;
        toRed[i] = level(y + matrix.redFromRed * v) * scale - offsetRed;
    }
}

/// A part of a plane at another size: averaged where it gets smaller, bilinear where larger.
void resample(const uint8_t *plane, ptrdiff_t stride, cv::Size size, cv::Rect part, cv::Size wanted, cv::Mat &out) {
    part &= cv::Rect(cv::Point(), size);
    const cv::Mat whole(size, CV_8UC1, const_cast<uint8_t *>(plane), static_cast<size_t>(stride));
    const bool isSmaller = wanted.width < part.width || wanted.height < part.height;
    cv::resize(whole(part), out, wanted, 0, 0, isSmaller ? cv::INTER_AREA : cv::INTER_LINEAR);
}

/// The part of a chroma plane that belongs to a part of the luma plane.
cv::Rect chromaPart(const ocv_planes &picture, cv::Rect part) {
    const int across = (picture.width + picture.chroma_width - 1) / picture.chroma_width;
    const int down = (picture.height + picture.chroma_height - 1) / picture.chroma_height;
    return {part.x / across, part.y / down, (part.width + across - 1) / across, (part.height + down - 1) / down};
}

}  // namespace

Letterbox::Letterbox(const ocv_network_settings &settings) : settings_(settings) {
    const int shape[] = {1, 3, settings.height, settings.width};
    input_.create(4, shape, CV_32F);
    drawBars(cv::Rect());
}

float *Letterbox::channel(int index) {
    return input_.ptr<float>() + static_cast<size_t>(index) * settings_.width * settings_.height;
}

void Letterbox::drawBars(cv::Rect inside) {
    const size_t count = static_cast<size_t>(settings_.width) * settings_.height;
    for (int index = 0; index < 3; ++index)
        std::fill_n(channel(index), count, (settings_.bars - settings_.mean[index]) * settings_.scale);
    inside_ = inside;
}

ocv_fit Letterbox::fill(const ocv_planes &picture, cv::Rect part) {
    const double scale = std::min(
        static_cast<double>(settings_.width) / part.width, static_cast<double>(settings_.height) / part.height);
    const cv::Size size(
        std::max(1, static_cast<int>(std::lround(part.width * scale))),
        std::max(1, static_cast<int>(std::lround(part.height * scale))));
    const cv::Rect inside(
        (settings_.width - size.width) / 2, (settings_.height - size.height) / 2, size.width, size.height);
    resample(picture.luma, picture.luma_stride, {picture.width, picture.height}, part, size, luma_);
    if (picture.blue != nullptr) {
        const cv::Size chroma(picture.chroma_width, picture.chroma_height);
        const cv::Rect colours = chromaPart(picture, part);
        resample(picture.blue, picture.blue_stride, chroma, colours, size, blue_);
        resample(picture.red, picture.red_stride, chroma, colours, size, red_);
    } else {
        blue_.create(size, CV_8UC1);
        blue_.setTo(128);
        blue_.copyTo(red_);
    }
    if (inside != inside_) drawBars(inside);
    convert(picture, inside);
    return {static_cast<double>(part.x), static_cast<double>(part.y), scale, static_cast<double>(inside.x),
            static_cast<double>(inside.y)};
}

void Letterbox::convert(const ocv_planes &picture, cv::Rect inside) {
    const Matrix matrix = matrixFor(picture);
    float *blue = channel(settings_.is_rgb ? 2 : 0), *green = channel(1), *red = channel(settings_.is_rgb ? 0 : 2);
    const int last = settings_.is_rgb ? 0 : 2, first = 2 - last;
    const float offset[] = {
        settings_.mean[first] * settings_.scale, settings_.mean[1] * settings_.scale,
        settings_.mean[last] * settings_.scale};
    for (int row = 0; row < inside.height; ++row) {
        const size_t start = static_cast<size_t>(inside.y + row) * settings_.width + inside.x;
        convertRow(
            luma_.ptr(row), blue_.ptr(row), red_.ptr(row), inside.width, matrix, settings_.scale, offset, blue + start,
            green + start, red + start);
    }
}

}  // namespace vision
