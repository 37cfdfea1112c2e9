#!/usr/bin/env python3
"""One of two parties that intersect two registers by SecretFlow's ECDH protocol over loopback; `ratios.py` starts both.

    secretflow_party.py RANK PORT PORT REGISTER.csv OUTPUT.csv

Prints the seconds of CPU and wall time of the intersection alone: reading the register, the protocol, writing the
result. Needs `spu` from PyPI. Party 0 gets the result.
"""

import json
import resource
import sys
import time

import spu.libspu as libspu
import spu.psi as psi

RANK, PORTS, REGISTER, OUTPUT = int(sys.argv[1]), sys.argv[2:4], sys.argv[4], sys.argv[5]

parties = libspu.link.Desc()
parties.recv_timeout_ms = 3_600_000
for number, port in enumerate(PORTS):
    parties.add_party(f"party{number}", f"127.0.0.1:{port}")
# Returns when both are there.
link = libspu.link.create_brpc(parties, RANK)
config = psi.PsiExecuteConfig(
    protocol_conf=psi.PsiProtocolConfig(
        protocol=psi.PsiProtocol.PROTOCOL_ECDH, receiver_rank=0, broadcast_result=False,
        ecdh_params=psi.EcdhParams(curve=psi.EllipticCurveType.CURVE_25519)),
    input_params=psi.InputParams(
        type=psi.SourceType.SOURCE_TYPE_FILE_CSV, path=REGISTER, selected_keys=["hetu"], keys_unique=True),
    # Sorting the output is no part of what is compared.
    output_params=psi.OutputParams(type=psi.SourceType.SOURCE_TYPE_FILE_CSV, path=OUTPUT, disable_alignment=True))
before, started = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
report = psi.psi_execute(config, link)
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    "wall_seconds": time.monotonic() - started,
    "peak_mib": after.ru_maxrss / 1024,
    "original_count": report.original_count,
    "intersection_count": report.intersection_count,
}))
link.stop_link()
