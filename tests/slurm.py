# SPDX-License-Identifier: GPL-2.0-only
"""A Slurm of one node on this machine: munged, slurmctld and slurmd from the distribution, in a directory of ours."""

import os
import socket
import subprocess
import time
from contextlib import contextmanager

CONF = """\
ClusterName=gupcheck
SlurmctldHost={host}
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={top}/munge.socket
CredType=cred/munge
StateSaveLocation={top}/state
SlurmdSpoolDir={top}/spool
SlurmctldPidFile={top}/slurmctld.pid
SlurmdPidFile={top}/slurmd.pid
SlurmctldLogFile={top}/slurmctld.log
SlurmdLogFile={top}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait(what, ready, seconds=60):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, f"{what} did not come up"
        time.sleep(0.2)


@contextmanager
def cluster(top):
    """Yields the environment in which srun finds the cluster, which lives in the directory @top."""
    for name in ("state", "spool"):
        (top / name).mkdir(parents=True)
    os.chmod(top, 0o755)
    (top / "munge.key").write_bytes(os.urandom(128))
    (top / "munge.key").chmod(0o400)
    host = socket.gethostname().split(".")[0]
    (top / "slurm.conf").write_text(CONF.format(top=top, host=host, ports=_free_ports(2), cpus=os.cpu_count()))
    env = {**os.environ, "SLURM_CONF": str(top / "slurm.conf")}
    commands = (["munged", "--foreground", "--force", f"--key-file={top}/munge.key", f"--socket={top}/munge.socket",
                 f"--pid-file={top}/munge.pid", f"--log-file={top}/munge.log", f"--seed-file={top}/munge.seed"],
                ["slurmctld", "-D", "-c"], ["slurmd", "-D", "-N", host])
    daemons = []
    try:
        for command in commands:
            daemons.append(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL,
                                            stderr=open(top / f"{command[0]}.err", "wb")))
            if command[0] == "munged":
                _wait("munged", (top / "munge.socket").exists)
        _wait("the node", lambda: "idle" in subprocess.run(
            ["sinfo", "-h", "-o", "%T"], env=env, capture_output=True, text=True, check=False).stdout)
        yield env
    finally:
        for daemon in reversed(daemons):
            daemon.terminate()
        for daemon in daemons:
            daemon.wait(timeout=20)
