package dev.quiesce.docs.spring;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application that takes letters. */
@SpringBootApplication(proxyBeanMethods = false)
class LetterBox {}
