import flask
import numpy
