"""The words that data, network and description share. Free of PyTorch, so that evaluation runs without it."""

LABELS = ("motorbike", "car", "bus", "truck", "bicycle", "person", "threeWheeler")
STRIDES = (4, 8, 16, 32)
