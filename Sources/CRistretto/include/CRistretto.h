#ifndef SIDOS_CRistretto_H
#define SIDOS_CRistretto_H
#endif
