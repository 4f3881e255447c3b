"""The product's processes: what each is for, and the command line that it becomes.

`python -m pbx_messaging NAME` starts one, as the containers do. The embedded installation, the tests and the
measurements start exactly these too.
"""
