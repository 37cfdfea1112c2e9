#ifndef SIDOS_COpenSSL_H
#define SIDOS_COpenSSL_H
#endif
