#pragma once

// Functions marked KERNEL are compiled twice on x86-64, for AVX2 and for the baseline; the loader picks one.
#if defined(__x86_64__)
#define KERNEL __attribute__((target_clones("avx2", "default")))
#else
#define KERNEL
#endif
