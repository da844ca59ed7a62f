# Makes gt.txt, tracker.txt (MOTChallenge text) and results.json: what TrackEval itself says of them. pip install trackeval==1.3.0; then
# python make-fixture.py. Deterministic; run it again only to change the fixture.
import json, os, random, tempfile
import numpy as np
import trackeval

here = os.path.dirname(os.path.abspath(__file__))
rng = random.Random(20200628)
frames, objects = 50, 5
gt, out = [], []
swaps = {}
for t in range(1, frames + 1):
    for i in range(objects):
        if i == 4 and t < 12 or i == 3 and 20 < t < 30:
            continue
        x, y, w, h = 40 + 9 * t * (1 if i % 2 else -1) + (0 if i % 2 else 480), 60 + 55 * i, 60, 50
        gt.append((t, i + 1, x, y, w, h))
        if rng.random() < 0.12:
            continue
        if t in (17, 33) and i < 2:  # ids change, two of them with each other
            swaps[0], swaps[1] = (2, 1) if t == 17 else (7, 2)
        name = swaps.get(i, i + 1) + (10 if i == 2 and t > 25 else 0)
        j = [rng.gauss(0, 5) for _ in range(4)]
        out.append((t, name, x + j[0], y + j[1], w + j[2], h + j[3]))
    if rng.random() < 0.2:
        out.append((t, 90 + t % 3, rng.uniform(0, 500), rng.uniform(0, 300), 55, 45))


def write(path, rows):
    with open(path, 'w') as f:
        for t, n, x, y, w, h in rows:
            f.write(f'{t},{n},{x:.2f},{y:.2f},{w:.2f},{h:.2f},1,1,1\n')


write(f'{here}/gt.txt', gt)
write(f'{here}/tracker.txt', out)
with tempfile.TemporaryDirectory() as root:
    os.makedirs(f'{root}/gt/S/gt'), os.makedirs(f'{root}/trackers/T/data')
    write(f'{root}/gt/S/gt/gt.txt', gt), write(f'{root}/trackers/T/data/S.txt', out)
    data = trackeval.datasets.MotChallenge2DBox({
        'GT_FOLDER': f'{root}/gt', 'TRACKERS_FOLDER': f'{root}/trackers', 'SKIP_SPLIT_FOL': True, 'DO_PREPROC': False,
        'SEQ_INFO': {'S': frames}, 'PRINT_CONFIG': False})
    evaluator = trackeval.Evaluator({'PRINT_RESULTS': False, 'PRINT_CONFIG': False, 'OUTPUT_SUMMARY': False,
                                     'OUTPUT_DETAILED': False, 'PLOT_CURVES': False, 'TIME_PROGRESS': False})
    result, _ = evaluator.evaluate([data], [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR({'PRINT_CONFIG': False}),
                                            trackeval.metrics.Identity({'PRINT_CONFIG': False})])
    found = result['MotChallenge2DBox']['T']['S']['pedestrian']
    h, c, d = found['HOTA'], found['CLEAR'], found['Identity']
    mean = lambda key: float(np.mean(h[key]))
    json.dump({'hota': mean('HOTA'), 'detA': mean('DetA'), 'assA': mean('AssA'), 'locA': mean('LocA'),
               'mota': float(c['MOTA']), 'motp': float(c['MOTP']), 'truePositives': int(c['CLR_TP']), 'falseNegatives': int(c['CLR_FN']),
               'falsePositives': int(c['CLR_FP']), 'idSwitches': int(c['IDSW']), 'idf1': float(d['IDF1'])},
              open(f'{here}/results.json', 'w'), indent=2)
