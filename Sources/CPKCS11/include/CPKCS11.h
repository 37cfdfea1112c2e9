/*
 * Ed25519 signatures by a key in a security module, through the module's library (PKCS #11 3.0, mechanism CKM_EDDSA).
 * The key never leaves the module.
 *
 * A handle is used by one thread at a time. What a function returns other than SIDOS_PKCS11_OK is a code of this
 * header, or, where it is positive, the module's own CKR_ code.
 */
#ifndef CPKCS11_H
#define CPKCS11_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIDOS_PKCS11_OK 0L
/* The library cannot be loaded, or is none of PKCS #11. */
#define SIDOS_PKCS11_NO_MODULE (-1L)
/* No slot has a token of this label. */
#define SIDOS_PKCS11_NO_TOKEN (-2L)
/* Several slots have one. */
#define SIDOS_PKCS11_TWO_TOKENS (-3L)
/* The token has no Ed25519 private key of this label that can sign. */
#define SIDOS_PKCS11_NO_KEY (-4L)
/* It has several. */
#define SIDOS_PKCS11_TWO_KEYS (-5L)
/* The token did not return 64 bytes. */
#define SIDOS_PKCS11_NO_SIGNATURE (-6L)
/* No memory. */
#define SIDOS_PKCS11_NO_MEMORY (-7L)
/* The token has no public key of this label, or in another form than 32 bytes of Ed25519. */
#define SIDOS_PKCS11_NO_PUBLIC_KEY (-8L)

typedef struct sidos_pkcs11 sidos_pkcs11;

/*
 * Loads the library, finds token and key, and logs in.
 *   Out: handle  to be given to sidos_pkcs11_close; NULL unless SIDOS_PKCS11_OK is returned.
 *   In:  path    of the library. token, key: labels; at most 32 and 255 bytes are compared.
 *        pin     `pin_byte_count` bytes. Secret.
 */
long sidos_pkcs11_open(sidos_pkcs11 **handle, const char *path, const char *token, const char *key, const uint8_t *pin,
                       size_t pin_byte_count);

/*
 * Signs a message.
 *   Out: signature  64 bytes.
 */
long sidos_pkcs11_sign(sidos_pkcs11 *handle, uint8_t signature[64], const uint8_t *message, size_t message_byte_count);

/*
 * The public half of the key, from the token's public key object of the same label.
 *   Out: public_key  32 bytes.
 */
long sidos_pkcs11_public_key(sidos_pkcs11 *handle, uint8_t public_key[32], const char *key);

/* Logs out and lets go of the library. NULL is allowed. */
void sidos_pkcs11_close(sidos_pkcs11 *handle);

#ifdef __cplusplus
}
#endif

#endif
