#ifndef SIDOS_CGMP_H
#define SIDOS_CGMP_H
#endif
