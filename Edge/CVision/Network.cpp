#include "Network.hpp"

#include <opencv2/core/utils/logger.hpp>
#include <stdexcept>

namespace vision {

namespace {

/// OpenCV prints every exception as well as throwing it; the caller reports it once, in his own log.
void silence() {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    cv::redirectError([](int, const char *, const char *, const char *, int, void *) { return 0; });
}

cv::dnn::Net read(const uint8_t *model, size_t byteCount) {
    try {
        return cv::dnn::readNetFromONNX(reinterpret_cast<const char *>(model), byteCount);
    } catch (const cv::Exception &error) {
        throw std::invalid_argument(
            "no ONNX network that OpenCV reads (damaged, weights in another file, or an operator it lacks): " + error.err);
    }
}

}  // namespace

Network::Network(
    const uint8_t *model, size_t byteCount, const ocv_network_settings &settings, std::vector<std::string> outputs)
    : letterbox_(settings), names_(std::move(outputs)) {
    silence();
    net_ = read(model, byteCount);
    if (net_.empty()) throw std::invalid_argument("an ONNX file without layers");
    net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    if (names_.empty()) names_ = net_.getUnconnectedOutLayersNames();
    try {
        forward();
    } catch (const cv::Exception &error) {
        throw std::invalid_argument("the network does not run on this input, or lacks an output: " + error.err);
    }
}

ocv_fit Network::run(const ocv_planes &picture, cv::Rect part) {
    const ocv_fit fit = letterbox_.fill(picture, part);
    forward();
    return fit;
}

void Network::forward() {
    net_.setInput(letterbox_.input());
    net_.forward(outputs_, names_);
    for (const cv::Mat &output : outputs_) {
        if (output.type() != CV_32F || output.dims > 4 || !output.isContinuous())
            throw std::invalid_argument("an output is not made of floats in at most 4 dimensions");
    }
}

}  // namespace vision
