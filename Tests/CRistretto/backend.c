// Says whether the backend named by SIDOS_R255_BACKEND runs here: status 0 if so, 77 if this processor lacks its
// instructions, 1 if it has them and the backend is not in use all the same.
//
//   clang -ISources/CRistretto/include -o backend Sources/CRistretto/*.c Tests/CRistretto/backend.c -lpthread
//   SIDOS_R255_BACKEND=avx2 ./backend
#include "support.h"

int main(void) {
    printf("backend %s: passes its self-test\n", require_backend());
    return 0;
}
