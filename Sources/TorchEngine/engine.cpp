// The table of the engine.
#include "stir_engine.h"

#include "support.hpp"

const ct_engine *stir_engine_entry(void) {
  static const ct_engine table = {
      CT_ENGINE_VERSION, sizeof(ct_engine),
#define CT_FUNCTION(result, name, parameters) ct_##name,
#include "ctorch_functions.def"
#undef CT_FUNCTION
  };
  return &table;
}
