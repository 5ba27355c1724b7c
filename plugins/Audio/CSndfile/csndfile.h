// libsndfile: reads and writes sound files of many formats.

#ifndef STIR_CSNDFILE_H
#define STIR_CSNDFILE_H

#include <sndfile.h>

#endif
