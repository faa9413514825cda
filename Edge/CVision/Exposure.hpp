#pragma once

#include "Background.hpp"

namespace vision {

/// How much brighter the background is than the picture, as a factor: what a camera's automatic exposure or a
/// pulsing encoder has changed. 1 where it cannot be told, because the picture is too dark or nothing fits.
///
/// From about two thousand pixels: the median of their ratios, when two fifths of them agree with it.
double exposureRatio(const Background &background, Background::Picture picture, int width, int height);

}  // namespace vision
