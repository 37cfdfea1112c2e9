#include "CPKCS11.h"

#include <dlfcn.h>
#include <p11-kit-1/p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_LABEL_BYTE_COUNT 32
#define SLOT_COUNT_LIMIT 256
#define SIGNATURE_BYTE_COUNT 64
#define PUBLIC_KEY_BYTE_COUNT 32

struct sidos_pkcs11 {
    void *library;
    CK_FUNCTION_LIST *module;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    int is_started;
    int has_session;
};

/* A module is started once for the whole process, and ended when its last user lets go of it. */
#define MODULE_COUNT_LIMIT 8
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct {
    CK_FUNCTION_LIST *module;
    long user_count;
    /* Whoever else in this process started it ends it. */
    int is_ours;
} started[MODULE_COUNT_LIMIT];

static long start(CK_FUNCTION_LIST *module) {
    CK_C_INITIALIZE_ARGS threads = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL};
    long outcome = SIDOS_PKCS11_NO_MEMORY;
    int place = -1;
    pthread_mutex_lock(&guard);
    for (int i = 0; i < MODULE_COUNT_LIMIT; i++) {
        if (started[i].user_count > 0 && started[i].module == module) {
            place = i;
            break;
        }
        if (started[i].user_count == 0 && place < 0) {
            place = i;
        }
    }
    if (place >= 0 && started[place].user_count > 0) {
        outcome = SIDOS_PKCS11_OK;
    } else if (place >= 0) {
        const CK_RV result = module->C_Initialize(&threads);
        outcome = result == CKR_CRYPTOKI_ALREADY_INITIALIZED ? SIDOS_PKCS11_OK : (long)result;
        started[place].module = module;
        started[place].is_ours = result == CKR_OK;
    }
    if (outcome == SIDOS_PKCS11_OK) {
        started[place].user_count++;
    }
    pthread_mutex_unlock(&guard);
    return outcome;
}

static void end(CK_FUNCTION_LIST *module) {
    pthread_mutex_lock(&guard);
    for (int i = 0; i < MODULE_COUNT_LIMIT; i++) {
        if (started[i].user_count > 0 && started[i].module == module) {
            started[i].user_count--;
            if (started[i].user_count == 0 && started[i].is_ours) {
                (void)module->C_Finalize(NULL);
            }
            break;
        }
    }
    pthread_mutex_unlock(&guard);
}

/* Labels of tokens are filled up with spaces. */
static int is_labelled(const CK_TOKEN_INFO *token, const char *label) {
    const size_t byte_count = strlen(label);
    if (byte_count == 0 || byte_count > TOKEN_LABEL_BYTE_COUNT || memcmp(token->label, label, byte_count) != 0) {
        return 0;
    }
    for (size_t i = byte_count; i < TOKEN_LABEL_BYTE_COUNT; i++) {
        if (token->label[i] != ' ') {
            return 0;
        }
    }
    return 1;
}

static long find_slot(sidos_pkcs11 *handle, const char *label, CK_SLOT_ID *found) {
    CK_SLOT_ID slots[SLOT_COUNT_LIMIT];
    CK_ULONG count = SLOT_COUNT_LIMIT;
    long matches = 0;
    const CK_RV result = handle->module->C_GetSlotList(CK_TRUE, slots, &count);
    if (result != CKR_OK) {
        return (long)result;
    }
    for (CK_ULONG i = 0; i < count && i < SLOT_COUNT_LIMIT; i++) {
        CK_TOKEN_INFO token;
        if (handle->module->C_GetTokenInfo(slots[i], &token) == CKR_OK && is_labelled(&token, label)) {
            *found = slots[i];
            matches++;
        }
    }
    return matches == 0 ? SIDOS_PKCS11_NO_TOKEN : matches > 1 ? SIDOS_PKCS11_TWO_TOKENS : SIDOS_PKCS11_OK;
}

/* The one object of a class with this label. */
static long find(sidos_pkcs11 *handle, CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE use, const char *label,
                 CK_OBJECT_HANDLE *object) {
    CK_KEY_TYPE type = CKK_EC_EDWARDS;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof class},
                             {CKA_KEY_TYPE, &type, sizeof type},
                             {use, &yes, sizeof yes},
                             {CKA_LABEL, (void *)label, strlen(label)}};
    CK_OBJECT_HANDLE found[2] = {0, 0};
    CK_ULONG count = 0;
    CK_RV result = handle->module->C_FindObjectsInit(handle->session, wanted, sizeof wanted / sizeof wanted[0]);
    if (result == CKR_OK) {
        result = handle->module->C_FindObjects(handle->session, found, 2, &count);
        (void)handle->module->C_FindObjectsFinal(handle->session);
    }
    if (result != CKR_OK) {
        return (long)result;
    }
    *object = found[0];
    return count == 0 ? SIDOS_PKCS11_NO_KEY : count > 1 ? SIDOS_PKCS11_TWO_KEYS : SIDOS_PKCS11_OK;
}

static long load(sidos_pkcs11 *handle, const char *path) {
    CK_C_GetFunctionList list = NULL;
    long outcome;
    handle->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle->library != NULL) {
        /* A function pointer out of an object pointer: what POSIX says to do. */
        *(void **)&list = dlsym(handle->library, "C_GetFunctionList");
    }
    if (list == NULL || list(&handle->module) != CKR_OK || handle->module == NULL) {
        return SIDOS_PKCS11_NO_MODULE;
    }
    outcome = start(handle->module);
    handle->is_started = outcome == SIDOS_PKCS11_OK;
    return outcome;
}

long sidos_pkcs11_open(sidos_pkcs11 **handle, const char *path, const char *token, const char *key, const uint8_t *pin,
                       size_t pin_byte_count) {
    CK_SLOT_ID slot = 0;
    long outcome;
    sidos_pkcs11 *opened = calloc(1, sizeof *opened);
    *handle = NULL;
    if (opened == NULL) {
        return SIDOS_PKCS11_NO_MEMORY;
    }
    outcome = load(opened, path);
    if (outcome == SIDOS_PKCS11_OK) {
        outcome = find_slot(opened, token, &slot);
    }
    if (outcome == SIDOS_PKCS11_OK) {
        outcome = (long)opened->module->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &opened->session);
        opened->has_session = outcome == SIDOS_PKCS11_OK;
    }
    if (outcome == SIDOS_PKCS11_OK) {
        outcome = (long)opened->module->C_Login(opened->session, CKU_USER, (CK_UTF8CHAR *)pin, pin_byte_count);
        if (outcome == CKR_USER_ALREADY_LOGGED_IN) {
            outcome = SIDOS_PKCS11_OK;
        }
    }
    if (outcome == SIDOS_PKCS11_OK) {
        outcome = find(opened, CKO_PRIVATE_KEY, CKA_SIGN, key, &opened->key);
    }
    if (outcome != SIDOS_PKCS11_OK) {
        sidos_pkcs11_close(opened);
        return outcome;
    }
    *handle = opened;
    return SIDOS_PKCS11_OK;
}

long sidos_pkcs11_sign(sidos_pkcs11 *handle, uint8_t signature[64], const uint8_t *message, size_t message_byte_count) {
    CK_MECHANISM mechanism = {CKM_EDDSA, NULL, 0};
    CK_ULONG byte_count = SIGNATURE_BYTE_COUNT;
    CK_RV result = handle->module->C_SignInit(handle->session, &mechanism, handle->key);
    memset(signature, 0, SIGNATURE_BYTE_COUNT);
    if (result == CKR_OK) {
        result = handle->module->C_Sign(handle->session, (CK_BYTE *)message, message_byte_count, signature,
                                        &byte_count);
    }
    if (result != CKR_OK) {
        memset(signature, 0, SIGNATURE_BYTE_COUNT);
        return (long)result;
    }
    return byte_count == SIGNATURE_BYTE_COUNT ? SIDOS_PKCS11_OK : SIDOS_PKCS11_NO_SIGNATURE;
}

long sidos_pkcs11_public_key(sidos_pkcs11 *handle, uint8_t public_key[32], const char *key) {
    /* A point is 32 bytes, as PKCS #11 3.0 has it for Edwards curves, or these in a DER octet string. */
    uint8_t point[PUBLIC_KEY_BYTE_COUNT + 2];
    CK_ATTRIBUTE wanted = {CKA_EC_POINT, point, sizeof point};
    CK_OBJECT_HANDLE object = 0;
    const long outcome = find(handle, CKO_PUBLIC_KEY, CKA_VERIFY, key, &object);
    size_t skipped = 0;
    if (outcome != SIDOS_PKCS11_OK ||
        handle->module->C_GetAttributeValue(handle->session, object, &wanted, 1) != CKR_OK) {
        return SIDOS_PKCS11_NO_PUBLIC_KEY;
    }
    if (wanted.ulValueLen == sizeof point && point[0] == 0x04 && point[1] == PUBLIC_KEY_BYTE_COUNT) {
        skipped = 2;
    } else if (wanted.ulValueLen != PUBLIC_KEY_BYTE_COUNT) {
        return SIDOS_PKCS11_NO_PUBLIC_KEY;
    }
    memcpy(public_key, point + skipped, PUBLIC_KEY_BYTE_COUNT);
    return SIDOS_PKCS11_OK;
}

void sidos_pkcs11_close(sidos_pkcs11 *handle) {
    if (handle == NULL) {
        return;
    }
    if (handle->has_session) {
        (void)handle->module->C_CloseSession(handle->session);
    }
    if (handle->is_started) {
        end(handle->module);
    }
    if (handle->library != NULL) {
        (void)dlclose(handle->library);
    }
    free(handle);
}
