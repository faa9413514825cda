#pragma once

#include <vector>

#include "include/cvision.h"

namespace vision {

/// Sorts regions, biggest first, and gives the fragments of an object back to it.
///
/// A fragment is clearly smaller than its object and lies for the most part in its box or just beside it: a bonnet, a
/// wheel, a roof load. Two vehicles one behind the other are of a size and stay two.
void joinFragments(std::vector<ocv_motion_region> &regions);

}  // namespace vision
