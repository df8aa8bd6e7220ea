// SPDX-License-Identifier: GPL-3.0-or-later
/// Calls as tables, and what has to be seen of them.
#pragma once

namespace threadline::test {

struct Scenario {
    const char *name;
    const char *events; ///< see storytext.h
    const char *rows;
    const char *felt;
    const char *links;
    const char *figures;
};

inline constexpr Scenario kScenarios[] = {
    {"simple", R"(
0 c1 join dir=inbound
0 c1/v add connected dir=inbound
0.03 i1 join
0.03 i1/iv add connected
8 i1/iv rm reason=transfer
8 i1 left reason=transfer
8.02 q1 join queue=Q qname=Support
8.02 q1/qv add queued
10 a1 join user=U1
10 a1/av add alerting
13 a1/av up connected
13.02 q1/qv rm reason=transfer
13.02 q1 left
100 c1/v rm reason=endpoint
100 c1 left
100.01 a1/av rm reason=peer
100.01 a1 left
101 a1 up wrapup
120 a1 up ended
)",
     R"(c1/v talk 0-100 [endpoint]
i1/iv ivr 0.03-8 [transfer]
q1/qv queue 8.02-13.02 [transfer]
a1/av alert 10-13 | talk 13-100.01 [peer] | acw 101-120
)",
     "ivr 0-8.02 i1 | queue 8.02-10 q1 | alert 10-13 a1 | talk 13-100 a1",
     R"()",
     "wait 1.98 alert 3 talk 87 hold 0 acw 19 first 13 transfers 0 answers 1"},
    {"abandon-in-queue", R"(
0 c1/v add connected dir=inbound
1 q1/qv add queued
30 c1/v rm reason=endpoint
30 c1 left
30.01 q1 left reason=peer
)",
     R"(c1/v talk 0-30 [endpoint]
q1/qv queue 1-30.01 [peer]
)",
     "queue 0-30 q1",
     R"()",
     "wait 30 alert 0 talk 0 hold 0 acw 0 first - transfers 0 answers 0 abandoned"},
    {"hold", R"(
0 c1/v join connected dir=inbound
1 a1/av join alerting
3 a1/av up connected
10 a1/av up held
20 a1/av up connected
30 a1/av up held
35 a1/av up connected
50 c1 left reason=endpoint
50.01 a1 left reason=peer
)",
     R"(c1/v talk 0-50 [endpoint]
a1/av alert 1-3 | talk 3-10 | hold 10-20 | talk 20-30 | hold 30-35 | talk 35-50.01 [peer]
)",
     "alert 0-3 a1 | talk 3-10 a1 | hold 10-20 a1 | talk 20-30 a1 | hold 30-35 a1 | talk 35-50 a1",
     R"()",
     "wait 0 alert 3 talk 32 hold 15 acw 0 first 3 transfers 0 answers 1"},
    {"blind-transfer", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
60 a1 left reason=transfer
60.02 q2/qv join queued
70 a2/a2v join alerting
73 a2/a2v up connected
73.02 q2 left reason=transfer
80 a1 up wrapup
95 a1 up ended
100 c1 left reason=endpoint
100.01 a2 left reason=peer
)",
     R"(c1/v talk 0-100 [endpoint]
a1/av talk 1-60 [transfer] | acw 80-95
q2/qv queue 60.02-73.02 [transfer]
a2/a2v alert 70-73 | talk 73-100.01 [peer]
)",
     "talk 0-60.02 a1 | queue 60.02-70 q2 | alert 70-73 a2 | talk 73-100 a2",
     R"(blind-transfer a1>q2 60 sure
)",
     "wait 9.98 alert 3 talk 87.02 hold 0 acw 15 first 0 transfers 1 answers 2"},
    {"blind-transfer-to-two", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
60 a1 left reason=transfer
60.02 a2/bv join alerting
60.03 a3/cv join alerting
66 a2/bv up connected
66.1 a3 left reason=client
90 c1 left reason=endpoint
90.01 a2 left reason=peer
)",
     R"(c1/v talk 0-90 [endpoint]
a1/av talk 1-60 [transfer]
a2/bv alert 60.02-66 | talk 66-90.01 [peer]
a3/cv alert 60.03-66.1 [client]
)",
     "talk 0-60.02 a1 | alert 60.02-66 a2 | talk 66-90 a2",
     R"(blind-transfer a1>a2 60 unknown
)",
     "wait 0 alert 5.98 talk 84.02 hold 0 acw 0 first 0 transfers 1 answers 2"},
    {"consult-transfer", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
20 a1/av up consulting peer=a2
20.04 a2/bv join alerting peer=a1
26 a2/bv up consulting peer=a1
40 a1/av rm reason=transfer.consult
40 a1 left reason=transfer.consult
40.02 a2/bv up connected peer=c1
80 c1 left reason=endpoint
80.01 a2 left reason=peer
)",
     R"(c1/v talk 0-80 [endpoint]
a1/av talk 1-20 | consult 20-40 [transfer.consult]
a2/bv alert 20.04-26 | consult 26-40 | talk 40-80.01 [peer]
)",
     "talk 0-20 a1 | hold 20-40 a1 | talk 40-80 a2",
     R"(consult-transfer a1>a2 40 sure
)",
     "wait 0 alert 0 talk 60 hold 20 acw 0 first 0 transfers 1 answers 2"},
    {"transfer-after-consult-on-hold", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
20 a1/av up held
21 a2/bv join alerting
26 a2/bv up connected
40 a1 left reason=transfer
80 c1 left reason=endpoint
80.01 a2 left reason=peer
)",
     R"(c1/v talk 0-80 [endpoint]
a1/av talk 1-20 | hold 20-40 [transfer]
a2/bv alert 21-26 | talk 26-80.01 [peer]
)",
     "talk 0-20 a1 | hold 20-40 a1 | talk 40-80 a2",
     R"(consult-transfer a1>a2 40 likely
)",
     "wait 0 alert 0 talk 60 hold 20 acw 0 first 0 transfers 1 answers 2"},
    {"consult", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
20 a1/av up held
21 a2/bv join alerting peer=a1
26 a2/bv up connected peer=a1
40 a2 left reason=client
41 a1/av up connected
80 c1 left reason=endpoint
80.01 a1 left reason=peer
)",
     R"(c1/v talk 0-80 [endpoint]
a1/av talk 1-20 | hold 20-41 | talk 41-80.01 [peer]
a2/bv alert 21-26 | consult 26-40 [client]
)",
     "talk 0-20 a1 | hold 20-41 a1 | talk 41-80 a1",
     R"(consult a1>a2 21 sure
)",
     "wait 0 alert 0 talk 59 hold 21 acw 0 first 0 transfers 0 answers 1"},
    {"consult-without-peers", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
20 a1/av up consulting
21 a2/bv join alerting
26 a2/bv up connected
40 a2 left reason=client
41 a1/av up connected
60 c1 left reason=endpoint
60.01 a1 left reason=peer
)",
     R"(c1/v talk 0-60 [endpoint]
a1/av talk 1-20 | consult 20-41 | talk 41-60.01 [peer]
a2/bv alert 21-26 | talk 26-40 [client]
)",
     "talk 0-20 a1 | hold 20-41 a1 | talk 41-60 a1",
     R"(consult a1>a2 21 likely
)",
     "wait 0 alert 0 talk 39 hold 21 acw 0 first 0 transfers 0 answers 1"},
    {"conference", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
20 a1/av up held
21 a2/bv join alerting peer=a1
26 a2/bv up connected
40 a1/av up connected
60 a2 left reason=client
80 c1 left reason=endpoint
80.01 a1 left reason=peer
)",
     R"(c1/v talk 0-40 | conference 40-60 | talk 60-80 [endpoint]
a1/av talk 1-20 | hold 20-40 | conference 40-60 | talk 60-80.01 [peer]
a2/bv alert 21-26 | consult 26-40 | conference 40-60 [client]
)",
     "talk 0-20 a1 | hold 20-40 a1 | conference 40-60 a1 | talk 60-80 a1",
     R"(conference a1>a2 40 sure
)",
     "wait 0 alert 0 talk 60 hold 20 acw 0 first 0 transfers 0 answers 2"},
    {"conference-transfer", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
20 o1/ov join dialing peer=a1
26 o1/ov up connected
30 a1 left reason=client
80 c1 left reason=endpoint
80.01 o1 left reason=peer
)",
     R"(c1/v talk 0-26 | conference 26-30 | talk 30-80 [endpoint]
a1/av talk 1-26 | conference 26-30 [client]
o1/ov alert 20-26 | conference 26-30 | talk 30-80.01 [peer]
)",
     "talk 0-26 a1 | conference 26-30 a1 | talk 30-80 o1",
     R"(conference a1>o1 26 sure
conference-transfer a1>o1 30 likely
)",
     "wait 0 alert 0 talk 80 hold 0 acw 0 first 0 transfers 1 answers 1"},
    {"missed-alert", R"(
0 c1/v join connected dir=inbound
1 q1/qv join queued
2 a1/av join alerting
14 a1 left reason=transfer.noanswer
14.4 a2/bv join alerting
18 a2/bv up connected
18.02 q1 left reason=transfer
80 c1 left reason=endpoint
80.01 a2 left reason=peer
)",
     R"(c1/v talk 0-80 [endpoint]
q1/qv queue 1-18.02 [transfer]
a1/av alert 2-14 [transfer.noanswer]
a2/bv alert 14.4-18 | talk 18-80.01 [peer]
)",
     "queue 0-2 q1 | alert 2-14 a1 | queue 14-14.4 q1 | alert 14.4-18 a2 | talk 18-80 a2",
     R"(reoffer a1>a2 14.4 sure
)",
     "wait 2.4 alert 15.6 talk 62 hold 0 acw 0 first 18 transfers 0 answers 1"},
    {"missed-twice-abandoned", R"(
0 c1/v join connected dir=inbound
1 q1/qv join queued
2 a1/av join alerting
14 a1 left reason=transfer.noanswer
14.4 a2/bv join alerting
26 a2 left reason=transfer.noanswer
27 a1/aw join alerting
30 c1 left reason=endpoint
30.01 a1 left reason=peer
30.02 q1 left reason=peer
)",
     R"(c1/v talk 0-30 [endpoint]
q1/qv queue 1-30.02 [peer]
a1/av alert 2-14 [transfer.noanswer]
a1/aw alert 27-30.01 [peer]
a2/bv alert 14.4-26 [transfer.noanswer]
)",
     "queue 0-2 q1 | alert 2-14 a1 | queue 14-14.4 q1 | alert 14.4-26 a2 | queue 26-27 q1 | alert 27-30 a1",
     R"(reoffer a1>a2 14.4 sure
reoffer a2>a1 27 sure
)",
     "wait 3.4 alert 26.6 talk 0 hold 0 acw 0 first - transfers 0 answers 0 abandoned"},
    {"one-participant-two-sessions", R"(
0 c1/m join connected dir=inbound media=message
1 q1/q join queued
5 a1/s1 join connected media=message
5.1 q1 left reason=transfer
50 a1/s1 rm reason=transfer
50.1 a1/s1 up wrapup
50.2 q2/q join queued
60 a1/s1 up ended
70 a1/s2 add connected media=message
70.1 q2 left reason=transfer
100 c1 left reason=client
100.1 a1 left reason=peer
)",
     R"(c1/m talk 0-100 [client]
q1/q queue 1-5.1 [transfer]
a1/s1 talk 5-50 [transfer] | acw 50.1-60
a1/s2 talk 70-100.1 [peer]
q2/q queue 50.2-70.1 [transfer]
)",
     "queue 0-5 q1 | talk 5-50.2 a1 | queue 50.2-70 q2 | talk 70-100 a1",
     R"(blind-transfer a1>q2 50 sure
)",
     "wait 24.8 alert 0 talk 75.2 hold 0 acw 9.9 first 5 transfers 1 answers 2"},
    {"callback", R"(
0 c1 join dir=inbound
0 c1/v add connected dir=inbound media=voice
0.03 i1 join
0.03 i1/iv add connected
20 c1/cb add scheduled media=callback dir=inbound
20.5 i1 left reason=system
20.7 c1/v rm reason=endpoint
60 q1/qc join queued media=callback
70 a1/ac join alerting media=callback
75 a1/ac up connected
75.01 q1 left reason=transfer
80 a1/av add dialing media=voice
86 c1/v2 add connected media=voice dir=outbound
86.06 a1/av up connected
120 c1/v2 rm reason=endpoint
120.01 a1/av rm reason=peer
128 c1 left reason=client
128.01 a1 left reason=client
129 a1 up wrapup
150 a1 up ended
)",
     R"(c1/v talk 0-20.7 [endpoint]
c1/cb parked 20-128 [client]
c1/v2 talk 86-120 [endpoint]
i1/iv ivr 0.03-20.5 [system]
q1/qc queue 60-75.01 [transfer]
a1/ac alert 70-75 | talk 75-128.01 [client] | acw 129-150
a1/av alert 80-86.06 | talk 86.06-120.01 [peer]
)",
     "ivr 0-20.5 i1 | parked 20.5-86 | talk 86-120 a1 | parked 120-128",
     R"(callback c1>a1 70 sure
)",
     "wait 0 alert 0 talk 34 hold 0 acw 21 first 86 transfers 0 answers 1"},
    {"web-message", R"(
0 c1/m join connected dir=inbound media=message
0.1 w1/wm join connected
0.2 b1/bm join connected
20 b1 left reason=transfer
20.03 w1 left
20.1 q1/qm join queued
25 a1/am join alerting
29 a1/am up connected
29.02 q1 left
100 a1/am up parked
3000 a1/am up connected
4000 c1 left reason=inactivity
4000.2 a1 left reason=system
)",
     R"(c1/m talk 0-4000 [inactivity]
w1/wm ivr 0.1-20.03
b1/bm ivr 0.2-20 [transfer]
q1/qm queue 20.1-29.02
a1/am alert 25-29 | talk 29-100 | parked 100-3000 | talk 3000-4000.2 [system]
)",
     "ivr 0-20.1 w1 | queue 20.1-25 q1 | alert 25-29 a1 | talk 29-100 a1 | parked 100-3000 a1 | talk 3000-4000 a1",
     R"()",
     "wait 4.9 alert 4 talk 1071 hold 0 acw 0 first 29 transfers 0 answers 1"},
    {"email-transmitting", R"(
0 c1/m join connected dir=inbound media=email
1 q1/q join queued
60 a1/s join alerting media=email
69 a1/s up connected
69.04 q1 left reason=transfer
100 a1/s up parked
400 a1/s up connected
500 a1/s up transmitting
502 a1/s up connected
503 a1 left reason=client
503.02 c1 left reason=peer
)",
     R"(c1/m talk 0-503.02 [peer]
q1/q queue 1-69.04 [transfer]
a1/s alert 60-69 | talk 69-100 | parked 100-400 | talk 400-503 [client]
)",
     "queue 0-60 q1 | alert 60-69 a1 | talk 69-100 a1 | parked 100-400 a1 | talk 400-503.02 a1",
     R"()",
     "wait 60 alert 9 talk 134.02 hold 0 acw 0 first 69 transfers 0 answers 1"},
    {"multi-channel", R"(
0 c1/v join connected dir=inbound media=voice
1 a1/av join connected media=voice
10 a1/as add connected media=screenshare
10.5 c1/cs add connected media=screenshare
20 a1/av up held
30 a1/av up connected
40 c1/cs rm
40 a1/as rm
80 c1 left reason=endpoint
80.01 a1 left reason=peer
81 a1 up wrapup
90 a1 up ended
)",
     R"(c1/v talk 0-80 [endpoint]
c1/cs monitor 10.5-40
a1/av talk 1-20 | hold 20-30 | talk 30-80.01 [peer] | acw 81-90
a1/as monitor 10-40
)",
     "talk 0-20 a1 | hold 20-30 a1 | talk 30-80 a1",
     R"()",
     "wait 0 alert 0 talk 70 hold 10 acw 9 first 0 transfers 0 answers 1"},
    {"several-legs-no-channel", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
2 a1/as add connected
3 a1 up held
5 a1 up connected
8 a1 up disconnected reason=client
9 a1 left
9.1 c1 left
)",
     R"(c1/v talk 0-9.1
a1/av talk 1-8 [client]
a1/as talk 2-8 [client]
a1/ hold 3-5 | talk 5-8 [client]
)",
     "talk 0-3 a1 | hold 3-5 a1 | talk 5-8 a1 | unknown 8-9.1",
     R"()",
     "wait 0 alert 0 talk 6 hold 2 acw 0 first 0 transfers 0 answers 1"},
    {"own-leg-becomes-channel", R"(
0 c1 join connected dir=inbound
1 c1/v add connected dir=inbound
2 a1 join alerting
4 a1/av add
6 a1/av up connected
9 c1 left
9.1 a1 left
)",
     R"(c1/v talk 0-9
a1/av alert 2-6 | talk 6-9.1
)",
     "unknown 0-2 | alert 2-6 a1 | talk 6-9 a1",
     R"()",
     "wait 0 alert 4 talk 3 hold 0 acw 0 first 6 transfers 0 answers 1"},
    {"monitored-call", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
10 u1/uv join monitoring peer=a1
20 u1/uv up coaching peer=a1
30 u1 left reason=client
80 c1 left reason=endpoint
80.01 a1 left reason=peer
)",
     R"(c1/v talk 0-80 [endpoint]
a1/av talk 1-80.01 [peer]
u1/uv monitor 10-30 [client]
)",
     "talk 0-80 a1",
     R"()",
     "wait 0 alert 0 talk 80 hold 0 acw 0 first 0 transfers 0 answers 1"},
    {"voicemail", R"(
0 c1/v join connected dir=inbound
0.1 q1/q join queued
30 q1 left reason=transfer
30.04 v1/vm join voicemail
60 c1 left reason=endpoint
60.01 v1 left reason=peer
)",
     R"(c1/v talk 0-60 [endpoint]
q1/q queue 0.1-30 [transfer]
v1/vm voicemail 30.04-60.01 [peer]
)",
     "queue 0-30.04 q1 | voicemail 30.04-60 v1",
     R"()",
     "wait 30.04 alert 0 talk 0 hold 0 acw 0 first - transfers 0 answers 0"},
    {"internal-call", R"(
0 u1/x join contacting peer=u2
0.06 u2/y join alerting peer=u1
6 u2/y up connected peer=u1
6.02 u1/x up connected peer=u2
60 u1 left reason=client
60 u2 left reason=peer
)",
     R"(u1/x alert 0-6.02 | talk 6.02-60 [client]
u2/y alert 0.06-6 | talk 6-60 [peer]
)",
     "",
     R"()",
     "wait 0 alert 0 talk 0 hold 0 acw 0 first - transfers 0 answers 1"},
    {"outbound-not-answered", R"(
0 a1/av join dialing dir=outbound
0.1 c1/v join alerting dir=outbound
30 c1 left reason=timeout
30.1 a1 left reason=client
)",
     R"(a1/av alert 0-30.1 [client]
c1/v alert 0.1-30 [timeout]
)",
     "alert 0.1-30 a1",
     R"()",
     "wait 0 alert 29.9 talk 0 hold 0 acw 0 first - transfers 0 answers 0"},
    {"outbound-answered", R"(
0 a1/av join connected dir=outbound
1 c1/v join contacting dir=outbound
9 c1/v up connected
60 c1 left reason=endpoint
60.1 a1 left reason=peer
)",
     R"(a1/av talk 0-60.1 [peer]
c1/v alert 1-9 | talk 9-60 [endpoint]
)",
     "alert 1-9 | talk 9-60 a1",
     R"()",
     "wait 0 alert 8 talk 51 hold 0 acw 0 first 8 transfers 0 answers 1"},
    {"linked", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
5 o1/ov join connected link=OTHER
9 x1/xv join connected link=OTHER
20 c1 left reason=endpoint
20.1 a1 left
20.1 o1 left
20.1 x1 left
)",
     R"(c1/v talk 0-5 | conference 5-20 [endpoint]
a1/av talk 1-5 | conference 5-20 | talk 20-20.1
o1/ov conference 5-20 | talk 20-20.1
x1/xv unknown 9-20.1
)",
     "talk 0-5 a1 | conference 5-20 a1",
     R"(conference a1>o1 5 likely
conference o1>(OTHER) 5 likely
callback x1>(OTHER) 9 unknown
)",
     "wait 0 alert 0 talk 20 hold 0 acw 0 first 0 transfers 0 answers 1"},
    {"joined-only", R"(
0 c1 join
1 q1 join
5 a1 join user=U
20 a1 left
21 q1 left
22 c1 left
)",
     R"(c1/ ~unknown 0-22
q1/ ~queue 1-21
a1/ ~unknown 5-20
)",
     "queue 0-22 q1",
     R"()",
     "wait 22 alert 0 talk 0 hold 0 acw 0 first - transfers 0 answers 0 abandoned"},
    {"wrapup-told-before-leaving", R"(
0 c1/v join connected dir=inbound
1 a1/av join connected
50 c1 left reason=endpoint
50.1 a1/av up wrapup
50.2 a1/av rm reason=peer
70 a1 left
)",
     R"(c1/v talk 0-50 [endpoint]
a1/av talk 1-50.1 | acw 50.1-70
)",
     "talk 0-50 a1",
     R"()",
     "wait 0 alert 0 talk 50 hold 0 acw 19.9 first 0 transfers 0 answers 1"},
    {"reopened", R"(
0 c1/v join connected dir=inbound
9 c1 left reason=client
20 c1/v join connected
21 a1/av join connected
30 c1 left reason=client
30.1 a1 left
)",
     R"(c1/v talk 0-9 [client] | talk 20-30 [client]
a1/av talk 21-30.1
)",
     "unknown 0-21 | talk 21-30 a1",
     R"()",
     "wait 0 alert 0 talk 9 hold 0 acw 0 first 21 transfers 0 answers 1"},
    {"skewed", R"(
60 c1/v join connected dir=inbound
0.03 i1/iv join connected
8 i1 left reason=transfer
8.02 q1/qv join queued
70 a1/av join alerting
13 a1/av up connected
13.02 q1 left
160 c1 left reason=endpoint
100.01 a1 left reason=peer
)",
     R"(c1/v talk 60-160 [endpoint]
i1/iv ivr 0.03-8 [transfer]
q1/qv queue 8.02-13.02
a1/av alert 70-70 | talk 70-100.01 [peer]
)",
     "queue 60-70 q1 | talk 70-160 a1",
     R"()",
     "wait 10 alert 0 talk 90 hold 0 acw 0 first 10 transfers 0 answers 1"},
    {"odd-order", R"(
0 c1/v up connected dir=inbound
1 c1 join
2 a1 up alerting
3 a1/av add
5 a1/av up flying
6 a2/zz rm reason=client
7 a1/av up talking
8 a1 left reason=client
9 a1 join
9 a1/av add connected
10 /lost up connected
11 - interaction-ended
)",
     R"(c1/v ~talk 0-11
a1/av alert 2-5 | unknown 5-7 | talk 7-8 [client] | ~talk 9-11
a2/zz
/lost ~unknown 10-11
)",
     "unknown 0-2 | alert 2-5 a1 | unknown 5-7 | talk 7-11 a1",
     R"()",
     "wait 0 alert 3 talk 4 hold 0 acw 0 first 7 transfers 0 answers 2"},
};

} // namespace threadline::test
