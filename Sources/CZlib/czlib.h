// zlib as Swift sees it.

#ifndef STIR_CZLIB_H
#define STIR_CZLIB_H

#include <zlib.h>

#endif
