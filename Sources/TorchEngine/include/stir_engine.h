// The one symbol that the library exports.
#ifndef STIR_ENGINE_H
#define STIR_ENGINE_H

#include "ctorch.h"

#ifdef __cplusplus
extern "C"
#endif
    __attribute__((visibility("default"))) const ct_engine *_Nonnull stir_engine_entry(void);

#endif
