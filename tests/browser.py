# SPDX-License-Identifier: GPL-2.0-only
"""Headless Chromium, driven by Selenium: what the browser tests and bench/page share."""

import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")


class Browser:
    """One Chromium with a profile and a download directory of its own below @directory."""

    def __init__(self, directory):
        self.downloads = directory / "downloads"
        self.downloads.mkdir()
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={directory / 'profile'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_script_timeout(120)
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads))

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def size(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)

    def dark(self, wanted):
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}])

    def open(self, address):
        """Load @address anew, also when only what follows # differs, and wait for its list."""
        self.driver.get("about:blank")
        self.driver.get(address)
        self.wait("return document.querySelector('.tabulator-tableholder') !== null")
        self.settle()

    def js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def wait(self, code, *arguments):
        """Until @code gives something true. A page that never gets there fails the test."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            value = self.js(code, *arguments)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"this never became true: {code}")

    def settle(self):
        """Two frames later: what a change set off is done."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));")

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return [element.text for element in self.all(selector)]

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()
        self.settle()

    def status(self):
        return self.one("#status").text

    def hash(self):
        return self.js("return location.hash")

    def errors(self):
        return [line["message"] for line in self.driver.get_log("browser")
                if line["level"] == "SEVERE"]

    def close(self):
        self.driver.quit()
