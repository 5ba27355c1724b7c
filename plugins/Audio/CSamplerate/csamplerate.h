// libsamplerate: converts sample rates.

#ifndef STIR_CSAMPLERATE_H
#define STIR_CSAMPLERATE_H

#include <samplerate.h>

#endif
