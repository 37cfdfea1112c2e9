#include "CRistretto.h"
