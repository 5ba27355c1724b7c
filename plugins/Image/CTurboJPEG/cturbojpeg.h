// TurboJPEG as Swift sees it: libjpeg-turbo's interface that returns errors and never jumps.

#ifndef STIR_CTURBOJPEG_H
#define STIR_CTURBOJPEG_H

#include <turbojpeg.h>

#endif
