# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault that camfarm knows, held by one stream probe: does the feed flow
in spite of it, or end in the right reason? One camera, on a host of its own,
for each fault; all at once, in four groups that run side by side. About 60 s.
LABEL: light"""
import os
import re
import subprocess
import sys
import time
from collections import defaultdict

from harness import Child, folder, free_port, program, skip

BUILD = os.environ.get("CAMWARDEN_BUILD", "build")
FLOW = "flow"  # media within 9 s, held to the end without a failure
AGAIN = "again"  # fails with the reason, and comes back by itself
LEARNS = "learns"  # .. twice, and no more

# fault -> what must come of it: FLOW, a reason that it ends in, or (AGAIN,
# reason). "LOGIN" in front: with the right password in the URL; TLS: rtsps.
AUTO = {
    **dict.fromkeys("""auth_md5 auth_sha256 auth_both_md5first auth_both_sha_first auth_algo_quoted auth_qop
        auth_qop_liar auth_nonce_rotate(3) auth_stale auth_401_on_keepalive auth_close_after_401 auth_uri_strict
        auth_lockout(5) options_403 options_501 options_no_reply need_user_agent cb_other_ip cb_path_only
        cb_broken1 cb_broken2 cb_broken3 cb_missing cb_no_slash ctl_abs ctl_rel ctl_query ctl_missing ctl_star
        sdp_odd sdp_pt35 multi_track h264dvr_need_audio one_describe sess_nospace sess_space sess_in_play sess_t0
        sess_t(60) sess_changes ka_none_needed reply_between crlf_noise chan_shift chan_single chan_missing
        chan_swapped chan_no_tcp early_data stale_fd_packets big_rtp srv_options lf_only hdr_lower hdr_fold
        cseq_missing cseq_wrong blank_lines dribble redir 405 453_after_n(1) need_range reject_range 461
        500_teardown tls_selfsigned rtpinfo_none rtpinfo_wrong max_sessions(1) max_sessions_503(1) no_rtcp
        sprop_none sprop_garbage sprop_wrong sprop_inband_only sprop_sdp_only marker_never marker_every ts_mid_au
        fua_se fua_empty fua_typechange fua_never_end annexb_in_fu stapa_zero stapa_lie mtap h265 hevc_ap
        hevc_fu_loss hevc_donl hevc_paci mjpeg mjpeg_q50 mjpeg_q255 mjpeg_q128_cached mjpeg_dri mjpeg_off_gap
        au_bomb slice_bomb sps_exotic sps_bomb sps_flood rtp_ext rtp_pad rtp_pad_lie abac_ext rtp_v0 seq_wrap
        seq_jump dup reorder loss(5) ssrc_change(5) ssrc_mix foreign_pt sr_bad_ntp sr_step ts_jump ts_back ts_const
        ts_wrap gop no_key dyn_gop low_fps(5) bit_flip auth_basic""".split(), FLOW),
    "srv_redirect": FLOW,  # moves once; a redirect is no failure
    "401": "auth_wrong", "403": "auth_missing", "http_tunnel": "auth_missing", "404": "not_found_404", "503": "busy_503",
    "slow_headers": "reply_timeout", "dribble(500)": "reply_timeout", "late(9)": "reply_timeout",
    "frame_stuck": "play_no_media", "auth_stale(0)": "auth_wrong",
    "400": "status_other", "sdp_huge": "protocol", "sdp_no_video": "sdp_no_video", "endless_headers": "protocol",
    "rubbish": "protocol", "no_reply": "reply_timeout", "close_at_describe": "peer_closed",
    "redir_loop": "redirect_refused", "redir_evil_host": "redirect_refused",
    "garbage(200)": (AGAIN, "rtp_garbage"), "trunc_frame": (AGAIN, "rtp_garbage"),
    "len_lie": (AGAIN, "rtp_garbage"), "srv_announce_eos": (AGAIN, "bye"), "bye(5)": (AGAIN, "bye"),
    "close@5s": (AGAIN, "peer_closed"), "reset@5s": (AGAIN, "peer_closed"),
    "stall@5s": (AGAIN, "stall_server_alive"), "srv_teardown": (AGAIN, "bye"),
}
UDP = {
    **dict.fromkeys("""udp_loss(5) udp_reorder(4) udp_no_server_port udp_other_src udp_stop_with_tcp udp_blackhole
        461_udp transport_other""".split(), FLOW),
    "close@6s": (AGAIN, "peer_closed"),
}
# With a session of 15 s that is meant: who doesn't keep it alive loses it.
KEPT = {
    **dict.fromkeys("""sess_t15 ka_no_reply,sess_t15 ka_400_old_cseq,sess_t15 ka_rr_only,sess_t15 ka_401,sess_t15
        ka_drop_on_getparam,sess_t15 auth_401_on_keepalive,sess_t15 auth_nonce_rotate(3),sess_t15
        auth_stale,sess_t15""".split(), FLOW),
    "ka_requires_getparam,sess_t15": (AGAIN, "peer_closed"),
    "454_mid,sess_t15": (AGAIN, "session_lost_454"),
    "sess_t(2)": (LEARNS, "peer_closed"),  # as brief as it says: believed the third time
}
# Through HTTP, which may ask for a password too.
TUNNEL = {
    **dict.fromkeys("""http_tunnel http_tunnel,lf_only http_tunnel,dribble http_tunnel,auth_md5 http_tunnel,auth_sha256
        http_tunnel,auth_basic http_tunnel,auth_stale http_tunnel,auth_nonce_rotate(3) http_tunnel,sess_t15
        http_tunnel,srv_options http_tunnel,tls_selfsigned h265""".split(), FLOW),
    "http_tunnel,401": "auth_wrong", "http_tunnel,404": "not_found_404", "http_tunnel,no_reply": "reply_timeout",
    "http_tunnel,rubbish": "protocol", "http_tunnel,close@5s": (AGAIN, "peer_closed"),
    "http_tunnel,stall@5s": (AGAIN, "stall_server_alive"),
}
# Why there is no sample of it, where that is known at once.
GONE = {"au_bomb": "too-large"}
# Asserted elsewhere: pictures (the picture probe's and the judge's tests), or
# below by themselves.
ELSEWHERE = {"slate_noise", "slate_blue", "slate_bars", "slate_lastframe", "slate_after", "black", "frozen_cbr",
             "frozen_clock", "mjpeg_big_ext", "mpeg4", "sps_switch", "vfr", "tls_pin_change", "auth_odd_password"}

LOGIN = {"401", "ka_401", "redir_evil_host"}
USER, PASSWORD = "admin", "camwarden"


def bare(fault):
    return re.split(r"[(@,]", fault)[0]


def url_of(fault, host, port, number):
    asks = any(part.startswith("auth_") or part in LOGIN for part in fault.split(","))
    login = f"{USER}:{PASSWORD}@" if asks else ""
    scheme, port = ("rtsps", port + 1) if "tls" in fault else ("rtsp", port)
    return f"{scheme}://{login}{host}:{port}/f/{fault}/cam{number}"


class Feed:
    def __init__(self):
        self.phases = []  # (t, phase, reason)
        self.samples = 0
        self.gone = set()  # why samples were not to be had

    def flowed(self):
        return next((t for t, phase, _ in self.phases if phase == "flowing"), None)

    def failures(self):
        return [(t, reason) for t, phase, reason in self.phases if phase in ("backoff", "stalled") and reason != "none"]

    def judge(self, wanted, within):
        """What is wrong, or None; within so many seconds there is media."""
        flowed, reasons = self.flowed(), [reason for _, reason in self.failures()]
        if wanted == FLOW:
            if flowed is None or flowed > within:
                return f"no media ({flowed}), {reasons}"
            return f"failed: {self.failures()}" if reasons else None
        if isinstance(wanted, tuple):
            if flowed is None:
                return f"no media, {reasons}"
            if set(reasons) - {wanted[1], "stall_dead"} or wanted[1] not in reasons:
                return f"{reasons} instead of {wanted[1]}"
            times = [t for t, reason in self.failures() if reason == wanted[1]]
            first = times[0]
            if wanted[0] == LEARNS and len(times) > 2:
                return f"has not learned: {times}"
            back = [t for t, phase, _ in self.phases if phase == "flowing" and t > first]
            return None if back else f"did not come back after {first:.1f} s"
        if flowed is not None:
            return f"flowed, instead of {wanted}"
        return None if set(reasons) == {wanted} else f"{reasons} instead of {wanted}"


def read(lines):
    feeds = defaultdict(Feed)
    for _, line in lines:
        m = re.match(r"t=([\d.]+) report feed=(\d+) phase=(\w+) reason=(\w+)", line)
        if m and m[4] != "shutdown":
            feeds[int(m[2])].phases.append((float(m[1]), m[3], m[4]))
        m = re.match(r"t=[\d.]+ sample feed=(\d+)", line)
        if m:
            feeds[int(m[1])].samples += 1
        m = re.match(r"t=[\d.]+ gone feed=(\d+) why=([\w-]+)", line)
        if m:
            feeds[int(m[1])].gone.add(m[2])
    return feeds


def drive(urls, seconds, *options):
    return Child([os.path.join(BUILD, "tests", "stream_driver"), "--for", str(seconds), "--sample", "3", "--reply",
                  "5000", "--stall", "4000", "--quirks", "4", "--trace", "1", *options, *urls])


def check(child, faults, seconds, ends):
    child.process.wait(timeout=seconds + 30)
    child.reader.join(5)
    text = "\n".join(line for _, line in child.lines)
    if PASSWORD in text.replace(f"User-Agent: {PASSWORD}", ""):
        ends.append("the password is in what the probe says")
    if "exit code=0 signal=0" not in text:
        ends.append(f"the probe ended badly: {child.lines[-1:]}")
    feeds = read(child.lines)
    for number, (fault, wanted) in enumerate(faults.items()):
        # Some thousand bytes, one each 2 ms: on a busy machine each takes longer.
        wrong = feeds[number].judge(wanted, 20 if "dribble" in fault else 9)
        if wrong is not None:
            ends.append(f"{fault}: {wrong}")
        if fault in GONE and GONE[fault] not in feeds[number].gone:
            ends.append(f"{fault}: samples gone {feeds[number].gone}, not {GONE[fault]}")


def check_pin(host, port, number, ends):
    """A camera whose key changes between two connections."""
    url = f"rtsps://{host}:{port + 1}/f/tls_pin_change/cam{number}"
    child = drive([url], 4, "--pin", "00ff")
    child.process.wait(timeout=30)
    child.reader.join(5)
    if not any("reason=tls_pin_changed" in line for _, line in child.lines):
        ends.append("tls_pin_change: a changed key was not noticed")


def check_odd_password(host, port, number, ends):
    url = f"rtsp://admin:p%40ss%3Aw%2F%C3%B6%2541%20%22@{host}:{port}/f/auth_odd_password/cam{number}"
    child = drive([url], 5)
    child.process.wait(timeout=30)
    child.reader.join(5)
    if read(child.lines)[0].flowed() is None:
        ends.append("auth_odd_password: no media")


def check_all_named():
    out = subprocess.run([program("camfarm"), "--faults"], capture_output=True, text=True, check=True).stdout
    known = {line.split()[0] for line in out.splitlines() if line and not line.startswith(" ")} or set()
    if not known:  # indented list
        known = {line.split()[0] for line in out.splitlines() if line.strip()}
    tested = {bare(part) for group in (AUTO, UDP, KEPT, TUNNEL) for f in group for part in f.split(",")} | ELSEWHERE
    missing = {word for word in known if re.fullmatch(r"[a-z0-9_]+", word)} - tested
    # the faults that are named by the same word as one of their kind
    missing -= {"close", "reset", "stall"} & tested
    return missing


def main():
    driver = os.path.join(BUILD, "tests", "stream_driver")
    if not os.path.exists(driver):
        skip("stream_driver is not built")
    missing = check_all_named()
    assert not missing, f"faults that nothing asserts: {sorted(missing)}"
    home = folder()
    subprocess.run([program("camscene"), "--name", "faults", "--folder", home, "--streams", "2", "--seconds", "75",
                    "--special", "h265,mjpeg", "--special-seconds", "75"], check=True, stdout=subprocess.DEVNULL)
    groups = [list(AUTO), list(UDP), list(KEPT), list(TUNNEL)]
    count = sum(map(len, groups)) + 2
    port, net = free_port(), 100 + os.getpid() % 100
    inventory, log = os.path.join(home, "farm.csv"), os.path.join(home, "farm.log")
    farm = Child([program("camfarm"), "--set", os.path.join(home, "faults.set"), "--hosts", str(count), "--port",
                  str(port), "--net", str(net), "--seconds", "70", "--allow-repeat", "--inventory", inventory,
                  "--log", log])
    farm.wait_line(lambda line: "ready" in line, 20)
    with open(inventory, encoding="utf-8") as f:
        hosts = [re.search(r"rtsp://([^:/]+)", line)[1] for line in f.read().splitlines()[1:]]
    urls, number = [], 0
    for group in groups:
        urls.append([url_of(fault, hosts[number + i], port, number + i) for i, fault in enumerate(group)])
        number += len(group)
    ends = []
    runs = [(drive(urls[0], 27), AUTO, 27),
            (drive(urls[1], 27, "--transport", "udp", "--first-media", "4000"), UDP, 27),
            (drive(urls[2], 48), KEPT, 48),
            (drive(urls[3], 48, "--transport", "http"), TUNNEL, 48)]
    check_pin(hosts[number], port, number, ends)
    check_odd_password(hosts[number + 1], port, number + 1, ends)
    for child, faults, seconds in runs:
        check(child, faults, seconds, ends)
    with open(log, encoding="utf-8", errors="replace") as f:
        requests = f.read()
    if f"{USER}:" in requests:
        ends.append("credentials in a request line")
    for word in ("DESCRIBE", "SETUP", "PLAY", "TEARDOWN"):
        if word not in requests:
            ends.append(f"camfarm saw no {word}")
    print(f"{sum(map(len, groups)) + 2} faults, {len(ends)} not as they should be")
    for end in ends:
        print(f"  {end}")
    farm.kill()
    sys.exit(1 if ends else 0)


if __name__ == "__main__":
    start = time.monotonic()
    main()
