package com.example.timing;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import jakarta.validation.constraints.Pattern;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.pf4j.Extension;

/**
 * Tells browsers how long an answer took behind this filter: {@code Server-Timing: service;dur=12}. In a file
 * {@code filters = [{type = "timing", name = "service"}]}.
 *
 * @param name what the time is called; default {@code service}
 */
@Extension
@JsonTypeName("timing")
public record TimingFilterFactory(@Pattern(regexp = "[A-Za-z0-9_-]{1,32}") String name) implements HttpFilterFactory {

    public TimingFilterFactory {
        name = name == null ? "service" : name;
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        return this::request;
    }

    private CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        long began = System.nanoTime();
        return HttpVerdict.pass(new HttpPassage() {
            @Override
            public void response(HttpResponseStatus status, HttpHeaders headers) {
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                headers.add("server-timing", name + ";dur=" + millis);
            }
        });
    }
}
