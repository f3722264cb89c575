"""A mask's edge moved or made soft, for the eye: close to what the node gives, and fast enough to follow the hand."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsBlurEffect, QGraphicsPixmapItem, QGraphicsScene

Mode = QPainter.CompositionMode
ACROSS, DIAGONAL = 0.414, 0.293
"""Half lengths of the four lines whose sum is an octagon of radius 1."""


def grown(gray: QImage, by: float) -> QImage:
    """A gray picture with everything bright within about so many pixels; less than none takes off as much."""
    if round(by) == 0:
        return gray
    margin = math.ceil(abs(by)) + 1
    grays = _with_margin(gray, margin)
    if by < 0:
        grays.invertPixels()
    for direction, share in (((1, 0), ACROSS), ((0, 1), ACROSS), ((1, 1), DIAGONAL), ((1, -1), DIAGONAL)):
        grays = _along(grays, direction, round(abs(by) * share))
    if by < 0:
        grays.invertPixels()
    return grays.copy(gray.rect().translated(margin, margin))


def _along(gray: QImage, direction: tuple[int, int], half: int) -> QImage:
    """The brightest on a line through each pixel, found by doubling: each step looks twice as far."""
    reach = 1
    while reach < 2 * half + 1:
        step = min(reach, 2 * half + 1 - reach)
        gray = _brighter(gray, QPoint(direction[0] * step, direction[1] * step))
        reach += step
    moved = QImage(gray.size(), gray.format())
    moved.fill(0)
    painter = QPainter(moved)
    painter.drawImage(QPoint(-direction[0] * half, -direction[1] * half), gray)
    painter.end()
    return moved


def _brighter(gray: QImage, shift: QPoint) -> QImage:
    made = gray.copy()
    painter = QPainter(made)
    painter.setCompositionMode(Mode.CompositionMode_Lighten)
    painter.drawImage(shift, gray)
    painter.end()
    return made


def feathered(gray: QImage, by: float) -> QImage:
    if by <= 0:
        return gray
    margin = math.ceil(2 * by)
    scene = QGraphicsScene()
    item = QGraphicsPixmapItem(QPixmap.fromImage(_with_margin(gray, margin)))
    item.setPos(-margin, -margin)
    effect = QGraphicsBlurEffect()
    effect.setBlurRadius(by)
    effect.setBlurHints(QGraphicsBlurEffect.BlurHint.QualityHint)
    item.setGraphicsEffect(effect)
    scene.addItem(item)
    made = QImage(gray.size(), QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.black)
    painter = QPainter(made)
    area = QRectF(gray.rect())
    scene.render(painter, area, area)
    painter.end()
    return made


def _with_margin(gray: QImage, margin: int) -> QImage:
    """What lies on the rim goes on beyond it, so that no edge fades there."""
    wide = gray.scaled(gray.size() + QSize(2 * margin, 2 * margin))
    painter = QPainter(wide)
    painter.drawImage(margin, margin, gray)
    painter.end()
    return wide
