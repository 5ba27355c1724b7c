// One copy of a loop for each kind of processor, chosen when the library is loaded.
#pragma once

#if defined(__x86_64__) && defined(__linux__)
#define EACH_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EACH_CPU
#endif
