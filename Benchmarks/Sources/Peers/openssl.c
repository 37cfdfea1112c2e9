#include "Peers.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

const char *peer_openssl_version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }

// The group, context, point and scalar are made once: a user of the library who has a batch would keep them too.
struct curve {
    EC_GROUP *group;
    BN_CTX *context;
    EC_POINT *point, *product;
    BIGNUM *scalar;
};

static int curve_open(struct curve *c) {
    c->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    c->context = BN_CTX_secure_new();
    c->point = c->group ? EC_POINT_new(c->group) : NULL;
    c->product = c->group ? EC_POINT_new(c->group) : NULL;
    c->scalar = BN_secure_new();
    return c->group && c->context && c->point && c->product && c->scalar;
}

static void curve_close(struct curve *c) {
    BN_clear_free(c->scalar);
    EC_POINT_free(c->product);
    EC_POINT_free(c->point);
    BN_CTX_free(c->context);
    EC_GROUP_free(c->group);
}

size_t peer_openssl_mul(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count) {
    struct curve c;
    size_t done = 0;
    if (curve_open(&c) && BN_bin2bn(scalar, 32, c.scalar)) {
        BN_set_flags(c.scalar, BN_FLG_CONSTTIME);
        for (; done < count; done++) {
            if (!EC_POINT_oct2point(c.group, c.point, in + 33 * done, 33, c.context)) break;
            if (!EC_POINT_mul(c.group, c.product, NULL, c.point, c.scalar, c.context)) break;
            if (EC_POINT_point2oct(c.group, c.product, POINT_CONVERSION_COMPRESSED, out + 33 * done, 33, c.context) !=
                33) {
                break;
            }
        }
    }
    curve_close(&c);
    return done;
}

size_t peer_openssl_validate(const uint8_t *in, size_t count) {
    struct curve c;
    size_t done = 0;
    if (curve_open(&c)) {
        while (done < count && EC_POINT_oct2point(c.group, c.point, in + 33 * done, 33, c.context)) done++;
    }
    curve_close(&c);
    return done;
}

size_t peer_openssl_x25519(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count) {
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar, 32);
    EVP_PKEY_CTX *context = own ? EVP_PKEY_CTX_new(own, NULL) : NULL;
    size_t done = 0;
    if (context && EVP_PKEY_derive_init(context) == 1) {
        for (; done < count; done++) {
            size_t length = 32;
            EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, in + 32 * done, 32);
            const int derived = other && EVP_PKEY_derive_set_peer_ex(context, other, 0) == 1 &&
                                EVP_PKEY_derive(context, out + 32 * done, &length) == 1;
            EVP_PKEY_free(other);
            if (!derived) break;
        }
    }
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(own);
    return done;
}
