/* The module is its header; SwiftPM wants a source. This one proves that the header is C. */
#include "stir_plugin.h"

_Static_assert(sizeof(stir_status) == 4, "a status has 32 bits");
