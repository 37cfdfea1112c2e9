#include "COpenSSL.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <string.h>

/* Time stamps by RFC 3161, over SHA-256 digests. */

static ASN1_INTEGER *integer(const uint8_t *bytes, size_t length) {
    BIGNUM *number = BN_bin2bn(bytes, (int)length, NULL);
    ASN1_INTEGER *made = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    BN_free(number);
    return made;
}

size_t sidos_ts_query(uint8_t *out, size_t capacity, const uint8_t digest[SIDOS_TS_DIGEST_BYTE_COUNT],
                      const uint8_t nonce[SIDOS_TS_NONCE_BYTE_COUNT]) {
    size_t written = 0;
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    ASN1_INTEGER *number = integer(nonce, SIDOS_TS_NONCE_BYTE_COUNT);
    if (!request || !imprint || !algorithm || !number) goto done;
    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL);
    if (!TS_REQ_set_version(request, 1) || !TS_MSG_IMPRINT_set_algo(imprint, algorithm) ||
        !TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)digest, SIDOS_TS_DIGEST_BYTE_COUNT) ||
        !TS_REQ_set_msg_imprint(request, imprint) || !TS_REQ_set_nonce(request, number) ||
        !TS_REQ_set_cert_req(request, 1))
        goto done;
    const int length = i2d_TS_REQ(request, NULL);
    if (length <= 0 || (size_t)length > capacity) goto done;
    unsigned char *end = out;
    if (i2d_TS_REQ(request, &end) == length) written = (size_t)length;
done:
    ASN1_INTEGER_free(number);
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    TS_REQ_free(request);
    ERR_clear_error();
    return written;
}

/* Seconds since 1970 of a GeneralizedTime; 0 for what is none. */
static int64_t seconds_of(const ASN1_GENERALIZEDTIME *time) {
    int days = 0;
    int seconds = 0;
    ASN1_TIME *start = ASN1_TIME_set(NULL, 0);
    const int good = start && time && ASN1_TIME_diff(&days, &seconds, start, time) == 1;
    ASN1_TIME_free(start);
    return good ? (int64_t)days * 86400 + seconds : 0;
}

static int of_sha256(TS_TST_INFO *info, const uint8_t *digest) {
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const X509_ALGOR *algorithm = imprint ? TS_MSG_IMPRINT_get_algo(imprint) : NULL;
    const ASN1_OCTET_STRING *bytes = imprint ? TS_MSG_IMPRINT_get_msg(imprint) : NULL;
    const ASN1_OBJECT *name = NULL;
    if (!algorithm || !bytes) return 0;
    X509_ALGOR_get0(&name, NULL, NULL, algorithm);
    return OBJ_obj2nid(name) == NID_sha256 && ASN1_STRING_length(bytes) == SIDOS_TS_DIGEST_BYTE_COUNT &&
           memcmp(ASN1_STRING_get0_data(bytes), digest, SIDOS_TS_DIGEST_BYTE_COUNT) == 0;
}

static int has_nonce(TS_TST_INFO *info, const uint8_t *nonce) {
    const ASN1_INTEGER *found = TS_TST_INFO_get_nonce(info);
    ASN1_INTEGER *expected = integer(nonce, SIDOS_TS_NONCE_BYTE_COUNT);
    const int same = found && expected && ASN1_INTEGER_cmp(found, expected) == 0;
    ASN1_INTEGER_free(expected);
    return same;
}

/* Whether it is signed by the certificate, or by one that it has issued, which was valid at that time. */
static int is_signed(TS_RESP *response, X509 *pinned, int64_t seconds) {
    int good = 0;
    X509_STORE *store = X509_STORE_new();
    TS_VERIFY_CTX *context = TS_VERIFY_CTX_new();
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    if (!store || !context || !untrusted || !X509_STORE_add_cert(store, pinned)) goto done;
    X509_VERIFY_PARAM *rules = X509_STORE_get0_param(store);
    /* The certificate may be the server's own, without whoever issued it. */
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(rules, (time_t)seconds);
    /* A response need not have the server's own certificate. */
    if (!X509_up_ref(pinned)) goto done;
    if (!sk_X509_push(untrusted, pinned)) {
        X509_free(pinned);
        goto done;
    }
    TS_VERIFY_CTX_set_flags(context, TS_VFY_VERSION | TS_VFY_SIGNATURE);
    /* Both go with the context. */
    TS_VERIFY_CTX_set_store(context, store);
    store = NULL;
    TS_VERIFY_CTX_set_certs(context, untrusted);
    untrusted = NULL;
    good = TS_RESP_verify_response(context, response) == 1;
done:
    X509_STORE_free(store);
    sk_X509_pop_free(untrusted, X509_free);
    TS_VERIFY_CTX_free(context);
    return good;
}

static X509 *certificate(const uint8_t *bytes, size_t length) {
    const unsigned char *next = bytes;
    X509 *found = length > 0 && length <= SIDOS_TS_BYTE_LIMIT ? d2i_X509(NULL, &next, (long)length) : NULL;
    if (found && next != bytes + length) {
        X509_free(found);
        return NULL;
    }
    return found;
}

int sidos_ts_verify(int64_t *seconds, const uint8_t *bytes, size_t length,
                    const uint8_t digest[SIDOS_TS_DIGEST_BYTE_COUNT], const uint8_t *nonce, const uint8_t *pinned,
                    size_t pinned_length) {
    int result = SIDOS_TS_MALFORMED;
    *seconds = 0;
    if (length == 0 || length > SIDOS_TS_BYTE_LIMIT) return result;
    const unsigned char *next = bytes;
    TS_RESP *response = d2i_TS_RESP(NULL, &next, (long)length);
    X509 *trusted = certificate(pinned, pinned_length);
    if (!trusted) {
        result = SIDOS_TS_NO_CERTIFICATE;
        goto done;
    }
    if (!response || next != bytes + length) goto done;
    const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
    if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) {
        result = SIDOS_TS_REFUSED;
        goto done;
    }
    TS_TST_INFO *info = TS_RESP_get_tst_info(response);
    if (!info || !TS_RESP_get_token(response)) goto done;
    if (!of_sha256(info, digest) || (nonce && !has_nonce(info, nonce))) {
        result = SIDOS_TS_OTHER;
        goto done;
    }
    const int64_t time = seconds_of(TS_TST_INFO_get_time(info));
    if (time <= 0) goto done;
    result = is_signed(response, trusted, time) ? SIDOS_TS_GOOD : SIDOS_TS_NOT_SIGNED;
    if (result == SIDOS_TS_GOOD) *seconds = time;
done:
    X509_free(trusted);
    TS_RESP_free(response);
    ERR_clear_error();
    return result;
}

size_t sidos_ts_certificate(uint8_t *out, size_t capacity, char *name, size_t name_capacity, const uint8_t *bytes,
                            size_t length) {
    size_t written = 0;
    BIO *input = length > 0 && length <= SIDOS_TS_BYTE_LIMIT ? BIO_new_mem_buf(bytes, (int)length) : NULL;
    X509 *found = input ? PEM_read_bio_X509(input, NULL, NULL, NULL) : NULL;
    if (!found) found = certificate(bytes, length);
    if (found) {
        const int der = i2d_X509(found, NULL);
        unsigned char *end = out;
        if (der > 0 && (size_t)der <= capacity && i2d_X509(found, &end) == der) written = (size_t)der;
        if (name_capacity > 0 && !X509_NAME_oneline(X509_get_subject_name(found), name, (int)name_capacity))
            name[0] = 0;
    }
    X509_free(found);
    BIO_free(input);
    ERR_clear_error();
    return written;
}
