// libpng's simplified interface as Swift sees it.
//
// The simplified interface needs no setjmp, which Swift cannot call. Its entry points take a
// png_image whose flags are macros; this header wraps the one use that the project makes of it.

#ifndef STIR_CPNG_H
#define STIR_CPNG_H

#include <png.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// The length of libpng's own messages.
#define STIR_PNG_MESSAGE_LENGTH 64

/// Encodes `width` x `height` pixels of red, green and blue bytes.
///
/// With `memory` null, `*length` becomes the room that the file needs at most; otherwise `*length`
/// is the room in `memory` and becomes the length of the file. Returns 1, or 0 with a reason.
static inline int stir_png_encode_rgb(
    const uint8_t *pixels, uint32_t width, uint32_t height, void *memory, size_t *length,
    char message[STIR_PNG_MESSAGE_LENGTH]) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t bytes = *length;
  int done;
  if (memory == NULL) {
    bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    done = 1;
  } else {
    done = png_image_write_to_memory(&image, memory, &bytes, 0, pixels, 0, NULL);
  }
  *length = bytes;
  memcpy(message, image.message, STIR_PNG_MESSAGE_LENGTH);
  png_image_free(&image);
  return done;
}

#endif
