/**
 * The contract between the platform and its plugins.
 *
 * <h2>Rules every implementation can rely on, and must keep</h2>
 *
 * <ul>
 *   <li><b>Nullness.</b> Nothing is null unless marked {@link org.jspecify.annotations.Nullable}.
 *   <li><b>Threads.</b> Unless a method says otherwise it runs on the connection's event loop and must not block.
 *       Whoever has to wait returns a future at once and completes it from any thread.
 *   <li><b>Buffers.</b> Passing a {@link io.netty.buffer.ByteBuf} passes its ownership: the receiver releases it, on
 *       every path.
 *   <li><b>Errors.</b> Failures a user can act on are {@link dev.culvert.spi.CulvertException}s with an
 *       {@link dev.culvert.spi.ErrorCode}. A stream error never closes a session; a session error never stops the
 *       process.
 *   <li><b>Secrets.</b> A credential never appears in a message, a log line or a {@code toString()}.
 * </ul>
 *
 * <h2>Kinds</h2>
 *
 * <p>A plugin contributes one or more <em>factories</em>. A factory is a record annotated
 * {@link org.pf4j.Extension @Extension} and {@link com.fasterxml.jackson.annotation.JsonTypeName @JsonTypeName}: the
 * configuration file selects it by {@code type}, its components are the keys, Bean Validation on them is the
 * validation, and its {@code build} method makes the thing.
 */
@NullMarked
package dev.culvert.spi;

import org.jspecify.annotations.NullMarked;
