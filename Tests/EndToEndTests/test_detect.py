"""`edge-agent detect` on pictures as people have them: good ones, odd ones, and files that are none."""
import hashlib
import json
import pathlib
import shutil
import subprocess

from harness import BUILD, ROOT, Agent, Collector, EndToEndTest, free_port

MODEL = ROOT / "Models/Trained/vehicle-detector"
STREET = MODEL / "Golden/street.png"
LABELS = ("motorbike", "car", "bus", "truck", "bicycle", "person", "threeWheeler")


def iou(left, right):
    """Of two boxes [x, y, width, height]."""
    def shared(axis):
        return max(0, min(left[axis] + left[axis + 2], right[axis] + right[axis + 2]) - max(left[axis], right[axis]))
    both = shared(0) * shared(1)
    return both / (left[2] * left[3] + right[2] * right[3] - both)


class ModelTest(EndToEndTest):
    def copy_of_the_model(self, change=lambda description: None):
        folder = self.place.folder / "mine"
        folder.mkdir(exist_ok=True)
        shutil.copy(MODEL / "vehicle-detector.onnx", folder)
        description = json.loads((MODEL / "model.json").read_text())
        change(description)
        (folder / "model.json").write_text(json.dumps(description, indent=1))
        return folder / "model.json"


class DetectTests(ModelTest):
    def detect(self, *arguments, code=0):
        """Runs the command; answers its lines and what it complained of."""
        done = subprocess.run([BUILD / "edge-agent", "detect", *map(str, arguments)], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, code, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def converted(self, name, *options, source=STREET):
        """The street in another form."""
        target = self.place.folder / name
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", source, *options, f"file:{target}"], check=True, timeout=60)
        return target

    def assert_street(self, line):
        """The surest objects of the street are there. The command looks closer than the golden did: boxes may be better."""
        self.assertEqual((line["width"], line["height"]), (640, 360))
        known = [box for box in json.loads((MODEL / "Golden/street.json").read_text())["boxes"] if box[1] >= 0.75]
        for label, _, left, top, right, bottom in known:
            best = max((iou([left, top, right - left, bottom - top], found["box"]) for found in line["detections"]
                        if found["class"] == LABELS[label] and found["score"] >= 0.3), default=0)
            self.assertGreater(best, 0.5, f"{LABELS[label]} at {left}, {top} in {line['file']}")

    def test_a_broken_file_between_good_ones_is_named_and_the_others_are_answered_in_order(self):
        broken, missing = self.place.folder / "broken.png", self.place.folder / "missing.png"
        broken.write_bytes(STREET.read_bytes()[:40])
        lines, _ = self.detect(STREET, broken, missing, STREET, code=65)
        self.assertEqual([line["file"] for line in lines], [str(name) for name in (STREET, broken, missing, STREET)])
        self.assert_street(lines[0])
        self.assertEqual(lines[0]["detections"], lines[3]["detections"])
        for line in lines[1:3]:
            self.assertNotIn("detections", line)
            self.assertTrue(line["error"])

    def test_names_are_plain_paths_whatever_is_in_them(self):
        names = [self.place.folder / name for name in ("a#b.png", "50%.png", "%03d.png", "mái nhà số 1.png", "a:b?c&d.png")]
        for name in names:
            shutil.copy(STREET, name)
        lines, _ = self.detect(*names)
        self.assertEqual([line["file"] for line in lines], [str(name) for name in names])
        self.assertTrue(all(line["detections"] == lines[0]["detections"] for line in lines))

    def test_pictures_of_other_kinds_have_the_same_objects(self):
        deep = self.converted("deep.png", "-pix_fmt", "rgb48be")
        jpeg = self.converted("street.jpg", "-q:v", "2")
        film = self.converted("deep.mkv", "-c:v", "ffv1", "-pix_fmt", "yuv420p10le")
        lines, _ = self.detect(deep, jpeg, film)
        for line in lines:
            self.assert_street(line)

    def test_grey_and_tiny_pictures_are_answered(self):
        grey = self.converted("grey.png", "-pix_fmt", "gray")
        pixel = self.converted("pixel.png", "-vf", "scale=1:1")
        thin = self.converted("thin.png", "-vf", "scale=2000:1")
        lines, _ = self.detect(grey, pixel, thin)
        self.assertEqual([(line["width"], line["height"]) for line in lines], [(640, 360), (1, 1), (2000, 1)])
        self.assertIn("car", {found["class"] for found in lines[0]["detections"] if found["score"] > 0.5})
        for line in lines:
            for found in line["detections"]:
                x, y, width, height = found["box"]
                self.assertTrue(0 <= x and 0 <= y and x + width <= line["width"] + 0.11 and y + height <= line["height"] + 0.11)

    def test_weak_answers_are_left_out_on_demand(self):
        (every,), _ = self.detect(STREET)
        (sure,), _ = self.detect("--at-least", "0.5", STREET)
        (working,), _ = self.detect("--working", STREET)
        self.assertEqual(sure["detections"], [found for found in every["detections"] if found["score"] >= 0.5])
        self.assertLess(len(sure["detections"]), len(every["detections"]))
        least = json.loads((MODEL / "model.json").read_text())["thresholds"]["working"]
        self.assertEqual(working["detections"], [found for found in every["detections"] if found["score"] >= least[found["class"]]])

    def test_a_model_of_ones_own_is_taken_by_its_digest(self):
        (ours,), _ = self.detect(STREET)
        (theirs,), _ = self.detect("--model", self.copy_of_the_model(), STREET)
        self.assertEqual(ours["detections"], theirs["detections"])

    def test_another_file_than_described_is_refused_before_it_is_read(self):
        path = self.copy_of_the_model(lambda description: description.update(sha256="0" * 64))
        lines, complaint = self.detect("--model", path, STREET, code=65)
        self.assertEqual(lines, [])
        actual = hashlib.sha256((MODEL / "vehicle-detector.onnx").read_bytes()).hexdigest()
        for part in (f"{path}:6: sha256:", actual, "vehicle-detector.onnx", "Copy it again"):
            self.assertIn(part, complaint)

    def test_a_file_that_is_no_network_is_refused_though_its_digest_is_right(self):
        whole = (MODEL / "vehicle-detector.onnx").read_bytes()
        for content in (b"", b"no network", whole[:len(whole) // 2]):
            path = self.copy_of_the_model(lambda description: description.update(sha256=hashlib.sha256(content).hexdigest()))
            pathlib.Path(path.parent, "vehicle-detector.onnx").write_bytes(content)
            lines, complaint = self.detect("--model", path, STREET, code=65)
            self.assertEqual(lines, [])
            self.assertIn("network read", complaint)

    def test_a_model_that_is_not_there_is_named(self):
        _, complaint = self.detect("--model", self.place.folder / "none.json", STREET, code=65)
        self.assertIn("none.json: cannot be read", complaint)


class RunningDetectorTests(ModelTest):
    def agent(self, detector, environment=None):
        """An enrolled agent whose camera does not answer."""
        collector = Collector(self.place).start().wait_ready()
        camera = ("cam-1", f"rtsp://127.0.0.1:{free_port()}/x", None)
        sections = {"detector": detector} if detector else None
        return Agent(self.place, [camera], sections=sections, environment=environment).enroll(collector)

    def refused(self, agent):
        done = subprocess.run(agent.argv, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 65, done.stderr)
        return done.stderr

    def test_an_agent_does_not_start_with_another_network_than_described(self):
        path = self.copy_of_the_model(lambda description: description.update(sha256="0" * 64))
        complaint = self.refused(self.agent({"model": path}))
        for part in (f"{path}:6: sha256:", "Copy it again", "correct the digest"):
            self.assertIn(part, complaint)

    def test_an_agent_does_not_start_with_a_network_that_does_not_fit_its_description(self):
        path = self.copy_of_the_model(lambda description: description["labels"].append("vehicle"))
        complaint = self.refused(self.agent({"model": path}))
        self.assertIn("its shape is [1, 11, 64, 104]; expected 1 × 12 × rows × columns", complaint)

    def test_an_agent_runs_the_detector_that_it_is_told(self):
        agent = self.agent({"model": self.copy_of_the_model(lambda description: description.update(id="commune"))}).start()
        agent.wait_for_log("detector ready", 30)
        self.assertIn("commune ", agent.log())

    def test_an_agent_without_a_detector_says_so_and_runs(self):
        agent = self.agent(None, environment={"NGATU_MODELS": str(self.place.folder)}).start()
        agent.wait_for_log("there is no trained detector", 30)
        agent.wait_for_log("cam-1", 30)
        self.assertIsNone(agent.child.poll())
