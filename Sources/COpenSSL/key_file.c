/* Ed25519 private keys as passphrase-protected PKCS #8 in PEM. libcrypto encrypts, derives and parses. */
#include "COpenSSL.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

/* As hard to guess as 2^17 blocks once, in the memory that the openssl command allows itself: 16 MiB. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5

size_t sidos_key_file_write(uint8_t *out, size_t out_capacity, const uint8_t seed[32], const uint8_t *passphrase,
                            size_t passphrase_byte_count) {
    size_t written = SIDOS_KEY_FILE_FAILURE;
    EVP_PKEY *key = NULL;
    PKCS8_PRIV_KEY_INFO *info = NULL;
    X509_ALGOR *method = NULL;
    X509_SIG *sealed = NULL;
    BIO *text = NULL;
    if (passphrase_byte_count == 0 || passphrase_byte_count > INT_MAX) {
        return SIDOS_KEY_FILE_FAILURE;
    }
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SIDOS_KEY_FILE_SEED_BYTE_COUNT);
    info = key == NULL ? NULL : EVP_PKEY2PKCS8(key);
    method = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
    if (info != NULL && method != NULL) {
        sealed = PKCS8_set0_pbe((const char *)passphrase, (int)passphrase_byte_count, info, method);
        if (sealed != NULL) {
            method = NULL; /* It is the sealed key's now. */
        }
    }
    text = sealed == NULL ? NULL : BIO_new(BIO_s_mem());
    if (text != NULL && PEM_write_bio_PKCS8(text, sealed) == 1) {
        char *bytes = NULL;
        const long byte_count = BIO_get_mem_data(text, &bytes);
        if (byte_count > 0 && (size_t)byte_count <= out_capacity) {
            for (long i = 0; i < byte_count; i++) {
                out[i] = (uint8_t)bytes[i];
            }
            written = (size_t)byte_count;
        }
    }
    BIO_free(text);
    X509_SIG_free(sealed);
    X509_ALGOR_free(method);
    PKCS8_PRIV_KEY_INFO_free(info); /* libcrypto wipes what is inside. */
    EVP_PKEY_free(key);
    ERR_clear_error();
    return written;
}

int sidos_key_file_read(uint8_t seed[32], const uint8_t *file, size_t file_byte_count, const uint8_t *passphrase,
                        size_t passphrase_byte_count) {
    int outcome = SIDOS_KEY_FILE_MALFORMED;
    size_t seed_byte_count = SIDOS_KEY_FILE_SEED_BYTE_COUNT;
    PKCS8_PRIV_KEY_INFO *info = NULL;
    EVP_PKEY *key = NULL;
    BIO *text = NULL;
    X509_SIG *sealed = NULL;
    OPENSSL_cleanse(seed, SIDOS_KEY_FILE_SEED_BYTE_COUNT);
    if (file_byte_count > SIDOS_KEY_FILE_BYTE_COUNT_LIMIT || passphrase_byte_count > INT_MAX) {
        return SIDOS_KEY_FILE_MALFORMED;
    }
    text = BIO_new_mem_buf(file, (int)file_byte_count);
    sealed = text == NULL ? NULL : PEM_read_bio_PKCS8(text, NULL, NULL, NULL);
    if (sealed != NULL) {
        outcome = SIDOS_KEY_FILE_WRONG_PASSPHRASE;
        info = PKCS8_decrypt(sealed, (const char *)passphrase, (int)passphrase_byte_count);
        key = info == NULL ? NULL : EVP_PKCS82PKEY(info);
        if (key != NULL) {
            outcome = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 &&
                              EVP_PKEY_get_raw_private_key(key, seed, &seed_byte_count) == 1 &&
                              seed_byte_count == SIDOS_KEY_FILE_SEED_BYTE_COUNT
                          ? SIDOS_KEY_FILE_READ
                          : SIDOS_KEY_FILE_MALFORMED;
        }
    }
    if (outcome != SIDOS_KEY_FILE_READ) {
        OPENSSL_cleanse(seed, SIDOS_KEY_FILE_SEED_BYTE_COUNT);
    }
    EVP_PKEY_free(key);
    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(sealed);
    BIO_free(text);
    ERR_clear_error();
    return outcome;
}
