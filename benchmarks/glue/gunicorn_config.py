"""As the product's own gunicorn, but for what the product does in each worker."""

from pbx_messaging.processes.gunicorn_config import control_socket_disable, post_fork, worker_tmp_dir

__all__ = ["control_socket_disable", "post_fork", "worker_tmp_dir"]
