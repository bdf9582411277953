import numpy

print(numpy.__name__)
