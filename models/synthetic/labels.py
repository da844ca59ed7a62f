"""Boxes from the picture of indices: what of a thing is seen, to the pixel."""
import numpy as np


def box_of(indices, members, least_pixels, least_side=3):
    """The bounds x1 y1 x2 y2 of all pixels that show one of the indices; None where too little is seen."""
    rows, columns = np.nonzero(np.isin(indices, members))
    if len(rows) < least_pixels:
        return None
    x1, y1, x2, y2 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    return (int(x1), int(y1), int(x2), int(y2)) if min(x2 - x1, y2 - y1) >= least_side else None


def yolo_lines(boxes, names, width, height):
    """(label, box) to lines `class cx cy w h` in 0..1."""
    return "".join(
        f"{names.index(label)} {(x1 + x2) / 2 / width:.5f} {(y1 + y2) / 2 / height:.5f} {(x2 - x1) / width:.5f} {(y2 - y1) / height:.5f}\n"
        for label, (x1, y1, x2, y2) in boxes
    )
