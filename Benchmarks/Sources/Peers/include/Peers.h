// The libraries that Sidos' groups are compared with, each doing a batch item by item in the way its users would.
//
// Encodings and scalars are as in the kernel that a function is the peer of. Arrays have no gaps. Each returns how many
// items it did; fewer than `count` is a failure and makes the measurement void.
#ifndef SIDOS_BENCHMARK_PEERS_H
#define SIDOS_BENCHMARK_PEERS_H

#include <stddef.h>
#include <stdint.h>

/// Names and versions of the libraries that are loaded, for the report.
const char *peer_sodium_version(void);
const char *peer_openssl_version(void);
const char *peer_gmp_version(void);

/// libsodium's ristretto255: decode, multiply, encode.
size_t peer_sodium_mul(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count);
/// libsodium's map from 64 uniform bytes.
size_t peer_sodium_from_hash(uint8_t *out, const uint8_t *in64, size_t count);
size_t peer_sodium_base(uint8_t *out, const uint8_t *scalars, size_t count);
size_t peer_sodium_add(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);
size_t peer_sodium_validate(const uint8_t *in, size_t count);
/// SHA-512 of each message of `message_byte_count` bytes, and the map: what libsodium offers for hashing to the group.
size_t peer_sodium_hash(uint8_t *out, const uint8_t *messages, size_t message_byte_count, size_t count);
/// (A + ρ·G)‖(B + ρ·Y) for capsules A‖B of 64 bytes.
size_t peer_sodium_rerandomize(uint8_t *out, const uint8_t *in, const uint8_t *scalars, const uint8_t y[32],
                               size_t count);
/// (ρ·G)‖(σ·G + ρ·Y) and σ·G.
size_t peer_sodium_seal(uint8_t *capsules, uint8_t *secrets, const uint8_t *sigmas, const uint8_t *rhos,
                        const uint8_t y[32], size_t count);

/// OpenSSL's X25519 through EVP_PKEY_derive: another curve with the same field, x-coordinates only, without a
/// prime-order group.
size_t peer_openssl_x25519(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count);

/// OpenSSL's P-256: EC_POINT_oct2point, EC_POINT_mul, EC_POINT_point2oct.
size_t peer_openssl_mul(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count);
size_t peer_openssl_validate(const uint8_t *in, size_t count);

/// GMP's mpz_powm_sec modulo `modulus` (384 bytes, big-endian) by an exponent of 32 bytes, and the smaller of {y,
/// p − y}.
size_t peer_gmp_powm_sec(uint8_t *out, const uint8_t *in, const uint8_t exponent[32], const uint8_t modulus[384],
                         size_t count);

/// CPU time of the calling thread and of the whole process, in nanoseconds.
uint64_t peer_thread_cpu_time(void);
uint64_t peer_process_cpu_time(void);

/// How many cores this program was allowed when it first asked.
int peer_core_count(void);
/// From now on the calling thread, and whatever it starts, uses the first `count` of these cores. 0 is a failure.
int peer_use_cores(int count);

#endif
