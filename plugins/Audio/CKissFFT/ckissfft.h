// kissfft in single precision: the Fourier transform of the spectrogram.

#ifndef STIR_CKISSFFT_H
#define STIR_CKISSFFT_H

#if __has_include(<kiss_fftr.h>)
#include <kiss_fftr.h>
#else
#include <kissfft/kiss_fftr.h>
#endif

#endif
