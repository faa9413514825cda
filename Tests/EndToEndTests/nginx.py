"""nginx before the collector, with nothing set but `proxy_pass`."""
import shutil

from harness import Process, free_port, http_get, wait_until

# Paths and ports are ours because the tests are no service; of the proxy module only proxy_pass is set.
CONFIGURATION = """
daemon off; master_process off; error_log stderr; pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {target}; }} }}
}}
"""


class Nginx(Process):
    def __init__(self, place, target):
        folder = place.folder / "nginx"
        folder.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=self.port, target=target))
        super().__init__(place, "nginx", [self.program(), "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"])

    @staticmethod
    def program():
        """None where nginx is not installed."""
        return shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")

    def start(self):
        super().start()
        wait_until(lambda: http_get(self.url + "/healthz")[0] == 200, 10, "nginx passes requests on")
        return self
