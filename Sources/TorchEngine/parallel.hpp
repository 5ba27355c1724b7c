// Work shared out to libtorch's own threads.
#pragma once

#include <ATen/Parallel.h>

#include <exception>

// libtorch's threads are OpenMP's. Its header `ATen/Parallel.h` is serial code for a compiler that is
// not told of OpenMP, as Swift's is not; so the runtime that libtorch brings is called by name
// (libgomp's interface, which LLVM's libomp has too). Where there is none, one thread does it all.
extern "C" {
__attribute__((weak)) void GOMP_parallel(
    void (*body)(void *), void *data, unsigned threads, unsigned flags);
__attribute__((weak)) int omp_get_thread_num(void);
__attribute__((weak)) int omp_get_num_threads(void);
__attribute__((weak)) int omp_in_parallel(void);
}

namespace ctorch {

// Calls body(part) for every part in [0, parts), beside one another as far as there are threads.
// Rethrows what a part threw.
template <class Body>
void in_parallel(int64_t parts, Body &&body) {
  if (parts <= 1 || !GOMP_parallel || omp_in_parallel()) {
    for (int64_t i = 0; i < parts; i++) body(i);
    return;
  }
  struct Team {
    Body &body;
    int64_t parts;
    std::exception_ptr failure;
    std::atomic_flag failed = ATOMIC_FLAG_INIT;
  } team{body, parts, nullptr};
  GOMP_parallel(
      [](void *data) {
        auto &team = *static_cast<Team *>(data);
        try {
          // There may be fewer threads than were asked for.
          for (int64_t i = omp_get_thread_num(); i < team.parts; i += omp_get_num_threads())
            team.body(i);
        } catch (...) {
          if (!team.failed.test_and_set()) team.failure = std::current_exception();
        }
      },
      &team, static_cast<unsigned>(parts), 0);
  if (team.failure) std::rethrow_exception(team.failure);
}

// Shares `count` things out to the threads in consecutive ranges, at least `grain` to each:
// body(begin, end).
template <class Body>
void share(int64_t count, int64_t grain, Body &&body) {
  const int64_t parts =
      std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), count / grain));
  in_parallel(parts, [&](int64_t i) { body(i * count / parts, (i + 1) * count / parts); });
}

}  // namespace ctorch
