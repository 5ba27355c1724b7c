// zlib: inflates .gz files and the members of .npz archives.

#ifndef STIR_CZLIB_H
#define STIR_CZLIB_H

#include <zlib.h>

#endif
