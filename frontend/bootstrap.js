// What the portal uses of Bootstrap's scripts, in Tabler's version; they look for their data-bs-… themselves.
import "@tabler/core/js/src/bootstrap/collapse";
import "@tabler/core/js/src/bootstrap/dropdown";
import "@tabler/core/js/src/bootstrap/tab";
import Modal from "@tabler/core/js/src/bootstrap/modal";
import Toast from "@tabler/core/js/src/bootstrap/toast";

export { Modal, Toast };
